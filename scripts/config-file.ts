/** Writes the configuration of a measured or tried program: loopback, any port, its own accounts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `sections` beside what all have in common. Returns the path of the file. */
export function writeConfig(folder: string, sections: Record<string, unknown>): string {
  const path = join(folder, 'config.yaml');
  const common = { host: '127.0.0.1', port: 0, 'auth-dir': join(folder, 'auth') };
  // YAML takes JSON as it is.
  writeFileSync(path, JSON.stringify({ ...common, ...sections }));
  return path;
}

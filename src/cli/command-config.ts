/** The configuration of a command that runs beside the proxy. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfigFile } from '../config/load.ts';
import { parseConfig } from '../config/schema.ts';
import type { Config } from '../config/types.ts';
import type { CliIo } from './io.ts';

/** Name of the config file when none is given. */
export const DEFAULT_CONFIG = 'config.yaml';

/**
 * The given file; without one `config.yaml` in the working directory, and the defaults where there
 * is none: a login works from any folder.
 * @throws SwitchyardError `invalid_config`
 */
export async function commandConfig(io: CliIo, path: string | undefined): Promise<Config> {
  const env = { homeDir: io.homeDir, cwd: io.cwd };
  const missing = path === undefined && !existsSync(resolve(io.cwd, DEFAULT_CONFIG));
  return missing ? parseConfig('', env) : loadConfigFile(path ?? DEFAULT_CONFIG, env);
}

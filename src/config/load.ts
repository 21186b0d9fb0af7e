/** Reading the config file from disk: the rim around {@link parseConfig}. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { errnoOf } from '../credentials/json-file.ts';
import { SwitchyardError } from '../errors.ts';
import { parseConfig } from './schema.ts';
import type { PathEnv } from './sections/server.ts';
import type { Config } from './types.ts';

/** Where relative paths and `~` lead in this process. */
export const processEnv = (): PathEnv => ({ homeDir: homedir(), cwd: process.cwd() });

/**
 * Reads and parses the file.
 * @throws SwitchyardError `invalid_config`, its message starts with the path
 */
export async function loadConfigFile(path: string, env = processEnv()): Promise<Config> {
  const file = resolve(env.cwd, path);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const code = errnoOf(cause);
    const reason = code === 'ENOENT' ? 'there is no such file' : `it can not be read (${code})`;
    throw new SwitchyardError('invalid_config', { message: `${file}: ${reason}`, cause });
  }
  try {
    return parseConfig(text, env);
  } catch (thrown) {
    if (!(thrown instanceof SwitchyardError)) throw thrown;
    throw new SwitchyardError(thrown.code, { message: `${file}: ${thrown.message}` });
  }
}

/**
 * Watches the config file and the credential directory (config.md 6, 13). What counts is content:
 * events and times only say when to look. An invalid config file leaves the running one in force.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { errnoOf } from '../credentials/json-file.ts';
import { ensureAuthDir } from '../credentials/files.ts';
import { toSwitchyardError } from '../errors.ts';
import { Follower } from './follower.ts';
import { processEnv } from './load.ts';
import { parseConfig } from './schema.ts';
import type { PathEnv } from './sections/server.ts';
import { compareSnapshots, digest, takeSnapshot, type CredentialChange } from './snapshot.ts';
import type { Config } from './types.ts';

/** After a file vanished or broke off, time for a new one to take its place (config.md 13). */
export const REPLACE_CHECK_MS = 50;

/** What to watch and whom to tell. */
export interface WatchOptions {
  configPath: string;
  authDir: string;
  /** The configuration in force: a file that says the same changes nothing. */
  running: Config;
  env?: PathEnv;
  /** A new valid configuration. */
  onConfig(config: Config): void;
  /** Credential files with new content, and files that are gone. Then scan the directory. */
  onCredentials(change: CredentialChange): void;
  /** Something an operator should read; what runs goes on. */
  onError(message: string): void;
}

/** A running watch. */
export interface Watch {
  /** Looks now instead of waiting for an event; resolves when all callbacks have run. */
  check(): Promise<void>;
  /** Watches another credential directory from now on; scan it afterwards. */
  setAuthDir(authDir: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Arms the watches. A change of the config file since `running` was read is found at once;
 * credential files count from the moment this resolves, so scan them afterwards.
 * @throws SwitchyardError `credential_file_failed` when `authDir` can not be used
 */
export async function watchFiles(options: WatchOptions): Promise<Watch> {
  const config = followConfig(options);
  let credentials = await followCredentials(options.authDir, options);
  await config.start();
  await config.check();
  return {
    check: async () => {
      await Promise.all([config.check(), credentials.check()]);
    },
    setAuthDir: async (authDir) => {
      const next = await followCredentials(authDir, options);
      await credentials.close();
      credentials = next;
    },
    close: async () => {
      await Promise.all([config.close(), credentials.close()]);
    },
  };
}

/** The file's content; undefined while there is none. */
async function readConfig(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw new Error(`${path} can not be read (${errnoOf(thrown)})`, { cause: thrown });
  }
}

/** Content and hash, after a second look when the first found nothing or a broken text. */
async function settledConfig(path: string, usable: (text: string) => boolean): Promise<Buffer> {
  let content = await readConfig(path);
  if (content === undefined || !usable(content.toString('utf8'))) {
    await delay(REPLACE_CHECK_MS);
    content = await readConfig(path);
  }
  if (content === undefined) throw new Error(`${path} is gone; the running configuration stays`);
  return content;
}

function followConfig(options: WatchOptions): Follower {
  const path = resolve(options.configPath);
  const env = options.env ?? processEnv();
  const parses = (text: string): boolean => typeof attempt(text, env) !== 'string';
  let running = options.running;
  let seen = '';

  async function inspect(): Promise<void> {
    const first = await readConfig(path);
    if (first !== undefined && digest(first) === seen) return;
    const content = await settledConfig(path, parses);
    const hash = digest(content);
    const text = content.toString('utf8');
    if (hash === seen || text.trim() === '') return;
    seen = hash;
    const config = attempt(text, env);
    if (typeof config === 'string') throw new Error(`${path} is not applied: ${config}`);
    if (isDeepStrictEqual(config, running)) return;
    running = config;
    options.onConfig(config);
  }

  return new Follower({
    dir: dirname(path),
    relevant: (file) => file === basename(path),
    inspect,
    onError: options.onError,
  });
}

/** The configuration, or why the text gives none. */
function attempt(text: string, env: PathEnv): Config | string {
  try {
    return parseConfig(text, env);
  } catch (thrown) {
    return toSwitchyardError(thrown).message;
  }
}

async function followCredentials(authDir: string, options: WatchOptions): Promise<Follower> {
  await ensureAuthDir(authDir);
  let known = await takeSnapshot(authDir);

  async function inspect(hinted: boolean): Promise<void> {
    let next = await takeSnapshot(authDir, hinted ? undefined : known);
    let change = compareSnapshots(known, next);
    const unsettled = change.changed.some((name) => next.get(name)?.complete === false);
    if (unsettled || change.removed.length > 0) {
      await delay(REPLACE_CHECK_MS);
      next = await takeSnapshot(authDir);
      change = compareSnapshots(known, next);
    }
    known = next;
    if (change.changed.length + change.removed.length > 0) options.onCredentials(change);
  }

  const follower = new Follower({
    dir: authDir,
    relevant: (file) => file.endsWith('.json'),
    inspect,
    onError: options.onError,
  });
  await follower.start();
  return follower;
}

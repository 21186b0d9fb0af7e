/** `switchyard login import`: accounts of the Codex CLI, Claude Code, Google or another proxy. */
import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from '../config/types.ts';
import type { Fields } from '../config/values.ts';
import {
  addFile,
  readAccountFiles,
  saveAccount,
  type SavedAccount,
} from '../credentials/accounts.ts';
import {
  fromClaudeCode,
  isClaudeCodeLogin,
  namesAccount,
} from '../credentials/claude-code-file.ts';
import { credentialFileNames, ensureAuthDir } from '../credentials/files.ts';
import { importable, type ImportWishes } from '../credentials/import.ts';
import { saveServiceAccount } from '../credentials/import-vertex.ts';
import { errnoOf, parseJsonObject, readSecretText } from '../credentials/json-file.ts';
import { tokensOf } from '../credentials/tokens.ts';
import { SwitchyardError } from '../errors.ts';
import { maskSecret } from '../observe/mask.ts';
import type { CliIo } from './io.ts';

/** Where OpenAI serves API keys. */
const API_BASE = 'https://api.openai.com/v1';

const SHARED = `
These logins are now shared with the program they came from. A refresh token works once: whoever
refreshes second is locked out (refresh_token_reused). Stop using them there, or give Switchyard
logins of its own: switchyard login codex, switchyard login claude`;

/** Of `.claude.json`, in which Claude Code also keeps its history: a few MiB at most. */
const MAX_PROFILE_BYTES = 32 * 1024 * 1024;

/** What one file came to. `shared`: its refresh token has two owners now. */
type Outcome = 'shared' | 'done' | 'unusable';

/**
 * Imports a file or a folder; without a path the login of the Codex CLI.
 * @returns exit code: 1 when nothing was of use
 * @throws SwitchyardError `credential_file_failed`
 */
export async function importLogins(
  io: CliIo,
  config: Config,
  path: string | undefined,
  wishes: ImportWishes,
): Promise<number> {
  const source = resolve(io.cwd, path ?? join(codexHome(io), 'auth.json'));
  const files = await filesAt(source, config.authDir);
  const outcomes: Outcome[] = [];
  for (const file of files) outcomes.push(await importFile(io, config, file, wishes));
  if (outcomes.includes('shared')) io.note(SHARED);
  if (files.length === 0) io.note(`${source} has no *.json files`);
  return outcomes.some((outcome) => outcome !== 'unusable') ? 0 : 1;
}

const codexHome = (io: CliIo): string => io.env['CODEX_HOME']?.trim() || join(io.homeDir, '.codex');

async function filesAt(source: string, authDir: string): Promise<string[]> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(source)).isDirectory();
  } catch (thrown) {
    const code = errnoOf(thrown);
    const reason = code === 'ENOENT' ? 'there is no such file' : `it can not be read (${code})`;
    throw new SwitchyardError('credential_file_failed', { message: `${source}: ${reason}` });
  }
  if (!isFolder) return [source];
  await ensureAuthDir(authDir);
  if ((await realpath(source)) === (await realpath(authDir))) {
    const message = `${source} is auth-dir itself: its accounts are in use already`;
    throw new SwitchyardError('credential_file_failed', { message });
  }
  return (await credentialFileNames(source)).map((name) => join(source, name));
}

async function importFile(
  io: CliIo,
  config: Config,
  path: string,
  wishes: ImportWishes,
): Promise<Outcome> {
  const name = basename(path);
  let raw: Fields;
  let fileName: string | undefined = name;
  try {
    raw = parseJsonObject(await readSecretText(path), path);
    if (isClaudeCodeLogin(raw)) {
      raw = fromClaudeCode(raw, await claudeCodeProfile(path));
      fileName = undefined;
    }
  } catch (thrown) {
    if (!(thrown instanceof SwitchyardError)) throw thrown;
    io.note(`Skipped ${thrown.message}`);
    return 'unusable';
  }
  const found = importable(raw, wishes, fileName);
  switch (found.kind) {
    case 'account': {
      const saved = await saveAccount(config.authDir, found.account);
      report(io, name, saved);
      return saved.outcome === 'kept' ? 'done' : 'shared';
    }
    case 'service-account':
      report(io, name, await saveServiceAccount(config.authDir, found.account));
      return 'done';
    case 'key-file':
      return copyKeyFile(io, config.authDir, name, raw, found.apiKey);
    case 'config-key':
      io.out(suggestion(path, found.apiKey));
      return 'done';
    case 'unusable':
      io.note(`Skipped ${name}: ${found.reason}`);
      return 'unusable';
  }
}

/** Says whose the login beside it is: of the folder of Claude Code, else of the home around it. */
async function claudeCodeProfile(path: string): Promise<Fields | undefined> {
  for (const folder of [dirname(path), dirname(dirname(path))]) {
    const place = join(folder, '.claude.json');
    if (!existsSync(place)) continue;
    const profile = parseJsonObject(await readSecretText(place, MAX_PROFILE_BYTES), place);
    if (namesAccount(profile)) return profile;
  }
  return undefined;
}

function report(io: CliIo, name: string, saved: SavedAccount): void {
  const words = { added: 'Added', updated: 'Renewed from', kept: 'Nothing newer in' };
  io.out(`${words[saved.outcome]} ${name}: ${saved.path}`);
  if (saved.disabled) io.out(`It is disabled: switchyard accounts enable ${saved.name}`);
}

async function copyKeyFile(
  io: CliIo,
  authDir: string,
  name: string,
  raw: Fields,
  apiKey: string,
): Promise<Outcome> {
  const files = await readAccountFiles(authDir);
  const present = files.find(({ fields }) => tokensOf(fields).apiKey === apiKey);
  if (present !== undefined) io.out(`Nothing newer in ${name}: ${present.path}`);
  else io.out(`Added ${name}: ${(await addFile(authDir, name, raw)).path}`);
  return 'done';
}

/** The Codex CLI's API key is no account: it is an entry of the config file. */
const suggestion = (path: string, apiKey: string): string =>
  `${path} holds an API key and no login. Add it to the config file:

codex-api-key:
  - api-key: "${maskSecret(apiKey)}"   # the whole key is in that file
    base-url: "${API_BASE}"`;

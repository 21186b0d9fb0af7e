/** The command line: which command, and with which options (config.md 7). */
import type { AccountProvider } from '../credentials/accounts.ts';
import type { ImportWishes } from '../credentials/import.ts';
import { cleanPrefix } from '../credentials/normalise.ts';
import { isLocation } from '../credentials/vertex-file.ts';
import { readArguments, wrongArgument, type Arguments, type FlagKinds } from './arguments.ts';
import { ACCOUNTS_USAGE, LOGIN_USAGE, USAGE } from './usage.ts';

/** Options of a login. */
export interface LoginOptions {
  provider: AccountProvider;
  /** Codex only: by a code that is entered on another machine. */
  device: boolean;
  browser: boolean;
  /** Port of the local listener; 0 = any free one, undefined = the login page's. */
  callbackPort: number | undefined;
  /** Codex only: a new account prefers upstream WebSockets. */
  websockets: boolean;
}

/** Changes of an account's file. */
export type AccountAction = 'enable' | 'disable' | 'remove';

/** What is to be done. `config`: path of the config file; undefined: the default one. */
export type Command =
  | { name: 'serve'; config: string | undefined }
  | { name: 'print'; text: string }
  | { name: 'version' }
  | { name: 'login'; config: string | undefined; options: LoginOptions }
  | { name: 'import'; config: string | undefined; path: string | undefined; wishes: ImportWishes }
  | { name: 'accounts'; config: string | undefined; json: boolean }
  | {
      name: 'change';
      config: string | undefined;
      action: AccountAction;
      account: string;
      yes: boolean;
    };

const COMMON: FlagKinds = { config: 'value', help: 'flag', h: 'flag', version: 'flag' };

const LOGIN: FlagKinds = {
  ...COMMON,
  'no-browser': 'flag',
  device: 'flag',
  'no-websockets': 'flag',
  'callback-port': 'value',
  'oauth-callback-port': 'value',
  location: 'value',
  prefix: 'value',
};

/** Flags that only `login import` knows, in both spellings. */
const IMPORT_ONLY = ['location', 'prefix', 'vertex-import', 'vertex-import-prefix'];

/** Flags of `login import`. */
const IMPORT: ReadonlySet<string> = new Set(['config', 'no-websockets', ...IMPORT_ONLY]);

/** Flags that only Codex logins know. */
const CODEX_ONLY = ['device', 'no-websockets'];

/** Without a command; the login flags are the reference's. */
const TOP: FlagKinds = {
  ...LOGIN,
  'codex-login': 'flag',
  'codex-device-login': 'flag',
  'claude-login': 'flag',
  'vertex-import': 'value',
  'vertex-import-prefix': 'value',
};

const ACCOUNTS: FlagKinds = { ...COMMON, json: 'flag', yes: 'flag' };

const ACTIONS: readonly string[] = ['enable', 'disable', 'remove'];

/**
 * Parses the arguments after the program's name.
 * @throws SwitchyardError `invalid_config` that names the argument at fault
 */
export function parseCommand(args: readonly string[]): Command {
  // Global flags may stand before the command.
  const at = args.findIndex((word, index) => !word.startsWith('-') && !isValue(args, index));
  const rest = at < 0 ? args : [...args.slice(0, at), ...args.slice(at + 1)];
  const word = args[at];
  if (word === undefined) return topLevel(rest);
  if (word === 'serve') return common(readArguments(rest, COMMON, 0, USAGE), USAGE, serve);
  if (word === 'login')
    return common(readArguments(rest, LOGIN, 2, LOGIN_USAGE), LOGIN_USAGE, login);
  if (word === 'accounts') {
    return common(readArguments(rest, ACCOUNTS, 2, ACCOUNTS_USAGE), ACCOUNTS_USAGE, accounts);
  }
  if (word === 'help') return { name: 'print', text: USAGE };
  // The value of a misspelt flag looks like a command.
  const flag = args.slice(0, at).find((one) => one.startsWith('-') && !isKnown(one));
  throw wrongArgument(`unknown argument ${flag ?? word}`, USAGE);
}

const isKnown = (flag: string): boolean =>
  Object.hasOwn(TOP, /^--?([a-z-]+)/.exec(flag)?.[1] ?? '');

/** Is this the value of the flag before it? */
function isValue(args: readonly string[], index: number): boolean {
  const [, name = ''] = /^--?([a-z-]+)$/.exec(args[index - 1] ?? '') ?? [];
  return Object.hasOwn(TOP, name) && TOP[name] === 'value';
}

function topLevel(args: readonly string[]): Command {
  const read = readArguments(args, TOP, 0, USAGE);
  const device = read.flags.has('codex-device-login');
  if (device || read.flags.has('codex-login')) {
    return common(read, USAGE, (found) => accountLogin(found, 'codex', device));
  }
  if (read.flags.has('claude-login')) {
    return common(read, USAGE, (found) => accountLogin(found, 'claude'));
  }
  const path = read.values.get('vertex-import');
  if (path === undefined) return common(read, USAGE, serve);
  return common(read, USAGE, (found) => importOf(found, path));
}

function common(read: Arguments, usage: string, make: (read: Arguments) => Command): Command {
  if (read.flags.has('help') || read.flags.has('h')) return { name: 'print', text: usage };
  return read.flags.has('version') ? { name: 'version' } : make(read);
}

const configOf = (read: Arguments): string | undefined => read.values.get('config');

function serve(read: Arguments): Command {
  const others = [...read.flags, ...read.values.keys()].filter((name) => name !== 'config');
  if (others.length > 0) {
    throw wrongArgument(`--${others[0]} belongs to a login: switchyard login codex|claude`, USAGE);
  }
  return { name: 'serve', config: configOf(read) };
}

function login(read: Arguments): Command {
  const [what, path] = read.words;
  const wrong = (message: string): never => {
    throw wrongArgument(message, LOGIN_USAGE);
  };
  if (what === 'codex' || what === 'claude') {
    return path === undefined ? accountLogin(read, what) : wrong(`unknown argument ${path}`);
  }
  if (what !== 'import') {
    return wrong(what === undefined ? 'log in to what?' : `unknown argument ${what}`);
  }
  return importOf(read, path);
}

function importOf(read: Arguments, path: string | undefined): Command {
  const wrong = (message: string): never => {
    throw wrongArgument(message, LOGIN_USAGE);
  };
  const other = [...read.flags, ...read.values.keys()].find((name) => !IMPORT.has(name));
  if (other !== undefined) return wrong(`--${other} is nothing for login import`);
  const location = read.values.get('location');
  if (location !== undefined && !isLocation(location)) {
    return wrong(`--location ${location} is not a region`);
  }
  const prefix = read.values.get('prefix') ?? read.values.get('vertex-import-prefix');
  if (prefix !== undefined && cleanPrefix(prefix) === '') {
    return wrong(`--prefix ${prefix} is not a name without slashes`);
  }
  const websockets = !read.flags.has('no-websockets');
  return { name: 'import', config: configOf(read), path, wishes: { websockets, location, prefix } };
}

function accountLogin(read: Arguments, provider: AccountProvider, device = false): Command {
  const imports = IMPORT_ONLY.find((name) => read.values.has(name));
  if (imports !== undefined) {
    throw wrongArgument(`--${imports} belongs to login import`, LOGIN_USAGE);
  }
  const foreign = CODEX_ONLY.find((name) => read.flags.has(name));
  if (provider !== 'codex' && foreign !== undefined) {
    throw wrongArgument(`--${foreign} belongs to login codex`, LOGIN_USAGE);
  }
  const options: LoginOptions = {
    provider,
    device: device || read.flags.has('device'),
    browser: !read.flags.has('no-browser'),
    callbackPort: portOf(read),
    websockets: !read.flags.has('no-websockets'),
  };
  return { name: 'login', config: configOf(read), options };
}

function portOf(read: Arguments): number | undefined {
  const text = read.values.get('callback-port') ?? read.values.get('oauth-callback-port');
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
  if (port > 65_535) throw wrongArgument(`--callback-port ${text} is not a port`, LOGIN_USAGE);
  return port;
}

function accounts(read: Arguments): Command {
  const [action, account] = read.words;
  const config = configOf(read);
  const { flags } = read;
  if (action === undefined) return { name: 'accounts', config, json: flags.has('json') };
  if (!isAction(action)) throw wrongArgument(`unknown argument ${action}`, ACCOUNTS_USAGE);
  if (account === undefined) throw wrongArgument(`${action} which account?`, ACCOUNTS_USAGE);
  return { name: 'change', config, action, account, yes: flags.has('yes') };
}

const isAction = (word: string): word is AccountAction => ACTIONS.includes(word);

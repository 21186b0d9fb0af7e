/**
 * Putting accounts into the credential directory: a login, or an import, adds a file or
 * replaces the tokens of the account's own file; everything else in it stays the user's (config.md
 * 10.4).
 */
import { join } from 'node:path';
import type { Fields } from '../config/values.ts';
import { SwitchyardError } from '../errors.ts';
import { credentialFileNames, ensureAuthDir } from './files.ts';
import { identityOf, likeness, type AccountIdentity } from './identity.ts';
import { createFile, parseJsonObject, readSecretText } from './json-file.ts';
import { claudeFileName, codexFileName } from './naming.ts';
import { tokensOf, withTokenFields, type TokenFields, type TokenPayload } from './tokens.ts';
import { updateFile } from './update-file.ts';

/** Files of one name stem; a second account of the same name is already a curiosity. */
const MAX_SAME_NAMES = 100;

/** Providers whose accounts are added here. */
export type AccountProvider = 'codex' | 'claude';

/** An account's file. */
export interface AccountFile {
  name: string;
  path: string;
  fields: Fields;
}

/** What became of an account. `kept`: its file has the same tokens already, or newer ones. */
export interface SavedAccount {
  outcome: 'added' | 'updated' | 'kept';
  name: string;
  path: string;
  /** The owner switched the account off; a login leaves it so. */
  disabled: boolean;
}

/** The file of an account: a sure one, else the only one that may be it. */
export function fileOf(
  files: readonly AccountFile[],
  provider: AccountProvider,
  identity: AccountIdentity,
): AccountFile | undefined {
  const rated = files
    .filter(({ fields }) => isAccountOf(provider, fields))
    .map((file) => ({ file, rate: likeness(identityOf(file.fields), identity) }));
  const sure = rated.find(({ rate }) => rate === 2);
  const possible = rated.filter(({ rate }) => rate === 1);
  return sure?.file ?? (possible.length === 1 ? possible[0]?.file : undefined);
}

function isAccountOf(provider: AccountProvider, fields: Fields): boolean {
  const { type = fields['tokens'] === undefined ? undefined : 'codex' } = fields;
  return type === provider && tokensOf(fields).apiKey === '';
}

/** All files of the directory that can be read; the others can not be anybody's. */
export async function readAccountFiles(authDir: string): Promise<AccountFile[]> {
  await ensureAuthDir(authDir);
  const files: AccountFile[] = [];
  for (const name of await credentialFileNames(authDir)) {
    const path = join(authDir, name);
    try {
      files.push({ name, path, fields: parseJsonObject(await readSecretText(path), path) });
    } catch (thrown) {
      // The scan of the running proxy and `switchyard accounts` report it.
      if (!(thrown instanceof SwitchyardError)) throw thrown;
    }
  }
  return files;
}

/** What is new in an account: `own` are the user's fields, written only to a new file. */
export interface NewAccount {
  provider: AccountProvider;
  tokens: TokenFields;
  plan?: string;
  own: Fields;
  /** Name of a new file; default: after the account (codex.md 6.6, providers.md 7.3). */
  fileName?: string;
  /** Newer tokens in the file stay: those of an import may be used up already. */
  onlyIfNewer: boolean;
}

/**
 * Adds the account, or gives its file the new tokens.
 * @throws SwitchyardError `credential_file_failed`
 */
export async function saveAccount(authDir: string, account: NewAccount): Promise<SavedAccount> {
  const { provider, tokens } = account;
  const identity = {
    accountId: tokens.accountId ?? tokens.organizationUuid ?? '',
    email: tokens.email ?? '',
  };
  const present = fileOf(await readAccountFiles(authDir), provider, identity);
  if (present === undefined) {
    const { name, path } = await addFile(authDir, account.fileName ?? nameOf(account), {
      ...withTokenFields(BLANK[provider], tokens),
      ...account.own,
    });
    return { outcome: 'added', name, path, disabled: account.own['disabled'] === true };
  }
  const { name, path, fields } = present;
  const disabled = fields['disabled'] === true;
  const keep = account.onlyIfNewer && isNewer(tokensOf(fields), tokens);
  if (keep) return { outcome: 'kept', name, path, disabled };
  await updateFile(path, (now) => withLogin(now, tokens));
  return { outcome: 'updated', name, path, disabled };
}

const nameOf = ({ provider, tokens: { accountId, email = '' }, plan }: NewAccount): string =>
  provider === 'codex' ? codexFileName({ accountId, email, plan }) : claudeFileName(email);

/** The fields of a new file, in the order of codex.md 6.6 and providers.md 7.3. */
const BLANK: Readonly<Record<AccountProvider, Fields>> = {
  codex: {
    id_token: '',
    access_token: '',
    refresh_token: '',
    account_id: '',
    last_refresh: '',
    email: '',
    type: 'codex',
    expired: '',
    disabled: false,
  },
  claude: {
    type: 'claude',
    access_token: '',
    refresh_token: '',
    last_refresh: '',
    expired: '',
    email: '',
    account_uuid: '',
    organization_uuid: '',
    organization_name: '',
    id_token: '',
  },
};

/** An expiry that is not known must not stay the old token's. */
function withLogin(fields: Fields, tokens: TokenFields): Fields {
  const next = withTokenFields(fields, tokens);
  if (tokens.expiresAtMs === undefined && next['expired'] !== undefined) next['expired'] = '';
  return next;
}

/** By the time of the refresh; where the offered file has none, by the end of the token. */
function isNewer(held: TokenPayload, offered: TokenFields): boolean {
  const { accessToken, refreshToken, lastRefreshMs, expiresAtMs } = offered;
  if (held.refreshToken === refreshToken && held.accessToken === accessToken) return true;
  if (lastRefreshMs === undefined && expiresAtMs !== undefined) {
    return (held.expiresAtMs ?? 0) >= expiresAtMs;
  }
  return (held.lastRefreshMs ?? 0) > (lastRefreshMs ?? 0);
}

/** Makes a file under the wished name, or with a number behind it: no file is ever replaced. */
export async function addFile(
  authDir: string,
  wished: string,
  fields: Fields,
): Promise<{ name: string; path: string }> {
  const text = `${JSON.stringify(fields, null, 2)}\n`;
  for (let number = 1; number <= MAX_SAME_NAMES; number += 1) {
    const name = number === 1 ? wished : wished.replace(/(\.json)?$/, `-${number}.json`);
    const path = join(authDir, name);
    if (await createFile(path, text)) return { name, path };
  }
  const message = `${authDir} has too many files named like ${wished}`;
  throw new SwitchyardError('credential_file_failed', { message });
}

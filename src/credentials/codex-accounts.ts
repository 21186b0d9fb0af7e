/**
 * Putting Codex accounts into the credential directory: a login, or an import, adds a file or
 * replaces the tokens of the account's own file; everything else in it stays the user's (config.md
 * 10.4).
 */
import { join } from 'node:path';
import type { Fields } from '../config/values.ts';
import { SwitchyardError } from '../errors.ts';
import { credentialFileNames, ensureAuthDir } from './files.ts';
import { createFile, parseJsonObject, readSecretText } from './json-file.ts';
import { idTokenClaims } from './jwt.ts';
import { codexFileName } from './naming.ts';
import { tokensOf, withTokenFields, type TokenFields, type TokenPayload } from './tokens.ts';
import { updateFile } from './update-file.ts';

/** Files of one name stem; a second account of the same name is already a curiosity. */
const MAX_SAME_NAMES = 100;

/** Who an account is, as far as its file or its tokens say. */
export interface AccountIdentity {
  accountId: string;
  email: string;
}

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

/** The identity in a decoded file; empty parts are not known. */
export function identityOf(fields: Fields): AccountIdentity {
  const tokens = tokensOf(fields);
  const own = fields['email'];
  const email = typeof own === 'string' && own !== '' ? own : idTokenClaims(tokens.idToken).email;
  return { accountId: tokens.accountId, email: email ?? '' };
}

/** How surely two identities are one account: 2 = account and e-mail, 1 = as far as known, 0 = no. */
export function likeness(one: AccountIdentity, other: AccountIdentity): 0 | 1 | 2 {
  const parts = [
    [one.accountId, other.accountId],
    [one.email.toLowerCase(), other.email.toLowerCase()],
  ] as const;
  const known = parts.filter(([left, right]) => left !== '' && right !== '');
  if (known.length === 0 || known.some(([left, right]) => left !== right)) return 0;
  return known.length === 2 ? 2 : 1;
}

/** The file of an account: a sure one, else the only one that may be it. */
export function fileOf(
  files: readonly AccountFile[],
  identity: AccountIdentity,
): AccountFile | undefined {
  const rated = files
    .filter(({ fields }) => isCodex(fields))
    .map((file) => ({ file, rate: likeness(identityOf(file.fields), identity) }));
  const sure = rated.find(({ rate }) => rate === 2);
  const possible = rated.filter(({ rate }) => rate === 1);
  return sure?.file ?? (possible.length === 1 ? possible[0]?.file : undefined);
}

function isCodex(fields: Fields): boolean {
  const { apiKey } = tokensOf(fields);
  const type = fields['type'];
  const ours = type === 'codex' || (type === undefined && fields['tokens'] !== undefined);
  return ours && apiKey === '';
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
  tokens: TokenFields;
  plan?: string;
  own: Fields;
  /** Name of a new file; default: after the account (codex.md 6.6). */
  fileName?: string;
  /** Newer tokens in the file stay: those of an import may be used up already. */
  onlyIfNewer: boolean;
}

/**
 * Adds the account, or gives its file the new tokens.
 * @throws SwitchyardError `credential_file_failed`
 */
export async function saveAccount(authDir: string, account: NewAccount): Promise<SavedAccount> {
  const { tokens } = account;
  const identity = { accountId: tokens.accountId ?? '', email: tokens.email ?? '' };
  const present = fileOf(await readAccountFiles(authDir), identity);
  if (present === undefined) {
    const wished = account.fileName ?? codexFileName({ ...identity, plan: account.plan });
    const { name, path } = await addFile(authDir, wished, {
      ...newFields(tokens),
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

/** The fields of a new file, in the order of codex.md 6.6. */
function newFields(tokens: TokenFields): Fields {
  const blank = { id_token: '', access_token: '', refresh_token: '', account_id: '' };
  const outer = { last_refresh: '', email: '', type: 'codex', expired: '', disabled: false };
  return withTokenFields({ ...blank, ...outer }, tokens);
}

/** An expiry that is not known must not stay the old token's. */
function withLogin(fields: Fields, tokens: TokenFields): Fields {
  const next = withTokenFields(fields, tokens);
  if (tokens.expiresAtMs === undefined && next['expired'] !== undefined) next['expired'] = '';
  return next;
}

const isNewer = (held: TokenPayload, offered: TokenFields): boolean =>
  (held.lastRefreshMs ?? 0) > (offered.lastRefreshMs ?? 0) ||
  (held.refreshToken === offered.refreshToken && held.accessToken === offered.accessToken);

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

/**
 * The token payload of one credential file, for the actor that owns it: read it, and write back
 * single fields of it. Everything else in the file stays the user's. Both shapes are served: flat
 * (config.md 10.3) and the Codex CLI's own with a `tokens` object (codex.md 6.8).
 */
import { isFields, type Fields } from '../config/values.ts';
import { jwtExpiryMs, idTokenClaims } from './jwt.ts';
import { parseJsonObject, readSecretText } from './json-file.ts';
import { findExpiry, formatTime, parseTime } from './time.ts';
import { updateFile } from './update-file.ts';

/** The secrets of one file; text fields are `''` when the file has none. */
export interface TokenPayload {
  accessToken: string;
  refreshToken: string;
  idToken: string;
  /** `account_id`, else the id token's claim. */
  accountId: string;
  /** Key of a file that holds an API key instead of tokens. */
  apiKey: string;
  /** Unix milliseconds: the file's own field, else the access token's `exp`. */
  expiresAtMs?: number;
  lastRefreshMs?: number;
}

/** Fields to write; absent and empty ones leave the file's value alone. Times: Unix milliseconds. */
export interface TokenFields {
  accessToken?: string;
  refreshToken?: string;
  idToken?: string;
  accountId?: string;
  email?: string;
  /** Anthropic's names of the account and of its organisation (providers.md 7.3). */
  accountUuid?: string;
  organizationUuid?: string;
  organizationName?: string;
  expiresAtMs?: number;
  lastRefreshMs?: number;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** Where the four token fields stand. */
const tokenPlace = (fields: Fields): Fields =>
  isFields(fields['tokens']) ? fields['tokens'] : fields;

/** The token payload of a decoded file. */
export function tokensOf(fields: Fields): TokenPayload {
  const place = tokenPlace(fields);
  const accessToken = textOf(place['access_token']);
  const idToken = textOf(place['id_token']);
  return {
    accessToken,
    refreshToken: textOf(place['refresh_token']) || textOf(place['refreshToken']),
    idToken,
    accountId: textOf(place['account_id']) || (idTokenClaims(idToken).accountId ?? ''),
    apiKey: textOf(fields['api_key']) || textOf(fields['api-key']),
    expiresAtMs: findExpiry(fields) ?? jwtExpiryMs(accessToken),
    lastRefreshMs: parseTime(fields['last_refresh']),
  };
}

/**
 * Reads the tokens of one file.
 * @throws SwitchyardError `credential_file_failed`
 */
export async function readTokens(path: string): Promise<TokenPayload> {
  return tokensOf(parseJsonObject(await readSecretText(path), path));
}

/** Members to set, as the file spells them; empty values are left out. */
function members(values: Readonly<Record<string, string | undefined>>): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value));
}

/** The file's content with the changes; both shapes keep theirs. */
export function withTokenFields(fields: Fields, changes: TokenFields): Fields {
  const time = (ms?: number): string | undefined => (ms === undefined ? ms : formatTime(ms));
  const tokens = members({
    access_token: changes.accessToken,
    refresh_token: changes.refreshToken,
    id_token: changes.idToken,
    account_id: changes.accountId,
  });
  const outer = members({
    email: changes.email,
    account_uuid: changes.accountUuid,
    organization_uuid: changes.organizationUuid,
    organization_name: changes.organizationName,
    expired: time(changes.expiresAtMs),
    last_refresh: time(changes.lastRefreshMs),
  });
  const nested = fields['tokens'];
  if (!isFields(nested)) return { ...fields, ...tokens, ...outer };
  return { ...fields, tokens: { ...nested, ...tokens }, ...outer };
}

/**
 * Changes only the given fields of the file as it is now, atomically, mode 0600. A file that is
 * gone is not made again.
 * @returns false when nothing was different and the file was left alone
 * @throws SwitchyardError `credential_file_failed`
 */
export const writeTokenFields = (path: string, changes: TokenFields): Promise<boolean> =>
  updateFile(path, (fields) => withTokenFields(fields, changes));

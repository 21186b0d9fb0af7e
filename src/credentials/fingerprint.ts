/** Fingerprint of a credential file: changes with the user's own fields, not with a token refresh. */
import { createHash } from 'node:crypto';
import { isFields, type Fields } from '../config/values.ts';

/** The token payload (config.md 10.4). */
const PAYLOAD = new Set([
  'access_token',
  'refresh_token',
  'id_token',
  'session_id',
  'expired',
  'last_refresh',
  'expires_in',
  'timestamp',
  'token_type',
  'user_code',
]);

const isPayload = (name: string): boolean =>
  PAYLOAD.has(name) || name.startsWith('verification_uri');

/** Who the account is, whether the file says so itself or only its id token does. */
export interface Identity {
  accountId: string;
  email: string;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}

function ownFields(fields: Fields): Fields {
  const own = Object.entries(fields).filter(
    ([name]) => !isPayload(name) && name !== 'account_id' && name !== 'email',
  );
  return Object.fromEntries(own);
}

/**
 * SHA-256 over the user's fields (snake-case names), key order ignored. The identity stands for
 * `email` and `account_id`: a refresh may add those fields without changing who the account is.
 */
export function fingerprintOf(fields: Fields, identity: Identity): string {
  const own = ownFields(fields);
  if (isFields(own['tokens'])) own['tokens'] = ownFields(own['tokens']);
  const text = JSON.stringify([identity.accountId, identity.email, sorted(own)]);
  return createHash('sha256').update(text).digest('hex');
}

/** Fingerprint of a credential file: changes with the user's own fields, not with a token refresh. */
import { createHash } from 'node:crypto';
import { isFields, type Fields } from '../config/values.ts';
import type { AccountIdentity } from './identity.ts';

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

/** A login or a refresh tells who the account is. */
const IDENTITY = new Set([
  'email',
  'account_id',
  'account_uuid',
  'organization_uuid',
  'organization_name',
]);

const isPayload = (name: string): boolean =>
  PAYLOAD.has(name) || name.startsWith('verification_uri');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}

function ownFields(fields: Fields): Fields {
  const own = Object.entries(fields).filter(([name]) => !isPayload(name) && !IDENTITY.has(name));
  return Object.fromEntries(own);
}

/**
 * SHA-256 over the user's fields (snake-case names), key order ignored. The identity stands for the
 * fields that name the account: a refresh may add those without changing who the account is.
 */
export function fingerprintOf(fields: Fields, identity: AccountIdentity): string {
  const own = ownFields(fields);
  if (isFields(own['tokens'])) own['tokens'] = ownFields(own['tokens']);
  const text = JSON.stringify([identity.accountId, identity.email, sorted(own)]);
  return createHash('sha256').update(text).digest('hex');
}

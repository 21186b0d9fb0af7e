/** Who an account is, as far as its file or its tokens say. */
import type { Fields } from '../config/values.ts';
import { idTokenClaims } from './jwt.ts';
import { tokensOf } from './tokens.ts';

/** Whether the file says it itself or only its id token does. Empty parts are not known. */
export interface AccountIdentity {
  /** What one person may have several of: Codex's account, Anthropic's organisation. */
  accountId: string;
  email: string;
}

/** The identity in a decoded file. */
export function identityOf(fields: Fields): AccountIdentity {
  const tokens = tokensOf(fields);
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  return {
    accountId: tokens.accountId || text('organization_uuid'),
    email: text('email') || (idTokenClaims(tokens.idToken).email ?? ''),
  };
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

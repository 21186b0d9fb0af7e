/** Claims of a JWT, read without checking its signature: for display, file names and plans only. */
import { z } from 'zod';
import { isFields } from '../config/values.ts';

/** What Codex files need of an id token (codex.md 6.5); absent claims are undefined. */
export interface IdClaims {
  email?: string;
  accountId?: string;
  plan?: string;
}

const AUTH_CLAIM = 'https://api.openai.com/auth';

const word = z.string().trim().min(1).optional().catch(undefined);

const idClaims = z.looseObject({
  email: word,
  [AUTH_CLAIM]: z
    .looseObject({ chatgpt_account_id: word, chatgpt_plan_type: word })
    .optional()
    .catch(undefined),
});

/** The payload of a token with exactly three parts; undefined for anything else. */
function jwtPayload(token: string): Record<string, unknown> | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** E-mail, account and plan of an id token; empty when the token can not be read. */
export function idTokenClaims(token: string): IdClaims {
  const claims = idClaims.safeParse(jwtPayload(token));
  if (!claims.success) return {};
  const auth = claims.data[AUTH_CLAIM];
  return {
    email: claims.data.email,
    accountId: auth?.chatgpt_account_id,
    plan: auth?.chatgpt_plan_type,
  };
}

/** Expiry of a token in Unix milliseconds (claim `exp`). */
export function jwtExpiryMs(token: string): number | undefined {
  const exp = jwtPayload(token)?.['exp'];
  return typeof exp === 'number' && Number.isFinite(exp) && exp > 0 ? exp * 1000 : undefined;
}

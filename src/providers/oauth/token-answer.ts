/** What a token endpoint gives, to a refresh and to a login alike (RFC 6749 5.1). */
import { z } from 'zod';
import { idTokenClaims, jwtExpiryMs } from '../../credentials/jwt.ts';
import type { TokenFields } from '../../credentials/tokens.ts';
import { jsonObject } from '../failure.ts';

/** How long a token is taken to live when neither the answer nor the token says it (RFC 6749 5.1). */
export const ASSUMED_LIFETIME_MS = 60 * 60 * 1000;

/** No token lives longer; a larger number is a fault that a file's date could not hold. */
export const MAX_LIFETIME_MS = 10 * 365 * 24 * 60 * 60 * 1000;

const text = z.string().trim().optional().catch(undefined);

const tokenAnswer = z.looseObject({
  access_token: z.string().trim().min(1),
  refresh_token: text,
  id_token: text,
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/**
 * The fields of a credential file that an answer changes; undefined without an access token. Empty
 * fields leave the file's value alone, so an answer without an id token blanks nothing.
 */
export function readTokenAnswer(body: string, nowMs: number): TokenFields | undefined {
  const checked = tokenAnswer.safeParse(jsonObject(body));
  if (!checked.success) return undefined;
  const answer = checked.data;
  const claims = idTokenClaims(answer.id_token ?? '');
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    idToken: answer.id_token,
    accountId: claims.accountId,
    email: claims.email,
    expiresAtMs: nowMs + Math.min(lifetimeOf(answer, nowMs), MAX_LIFETIME_MS),
    lastRefreshMs: nowMs,
  };
}

function lifetimeOf(answer: z.output<typeof tokenAnswer>, nowMs: number): number {
  if (answer.expires_in !== undefined) return answer.expires_in * 1000;
  const expiryMs = jwtExpiryMs(answer.access_token);
  return expiryMs === undefined ? ASSUMED_LIFETIME_MS : expiryMs - nowMs;
}

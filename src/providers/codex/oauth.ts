/** The token endpoint of Codex accounts: the refresh request and its answers (codex.md 6.4). */
import { z } from 'zod';
import { idTokenClaims, jwtExpiryMs } from '../../credentials/jwt.ts';
import type { TokenFields } from '../../credentials/tokens.ts';
import { PRODUCT_TOKEN } from '../../version.ts';
import { jsonObject } from '../failure.ts';
import type { UpstreamRequest } from '../../upstream/types.ts';

/** Default address. */
export const CODEX_TOKEN_URL = 'https://auth.openai.com/oauth/token';

/** Environment variable that replaces {@link CODEX_TOKEN_URL}, for tests and private gateways. */
export const CODEX_TOKEN_URL_VARIABLE = 'SWITCHYARD_CODEX_TOKEN_URL';

/** The public client that Codex accounts are bound to (codex.md 6.1). */
const CLIENT_ID = 'app_EMoamEEZ73f0CkXaXp7hrann';

/** How long a token is taken to live when neither the answer nor the token says it (RFC 6749 5.1). */
export const ASSUMED_LIFETIME_MS = 60 * 60 * 1000;

/** No token lives longer; a larger number is a fault that a file's date could not hold. */
export const MAX_LIFETIME_MS = 10 * 365 * 24 * 60 * 60 * 1000;

/** What became of one try. */
export type RefreshOutcome =
  | { kind: 'renewed'; fields: TokenFields }
  /** The refresh token is refused for good: only a login helps. */
  | { kind: 'login'; message: string }
  /** Another try may succeed. */
  | { kind: 'failed'; message: string };

/** The request of one refresh; `proxyUrl` as for turns. */
export function refreshRequest(
  url: string,
  refreshToken: string,
  proxyUrl: string,
): UpstreamRequest {
  const form = new URLSearchParams({
    client_id: CLIENT_ID,
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    scope: 'openid profile email',
  });
  return {
    method: 'POST',
    url,
    headers: [
      'Content-Type',
      'application/x-www-form-urlencoded',
      'Accept',
      'application/json',
      'User-Agent',
      PRODUCT_TOKEN,
    ],
    body: Buffer.from(form.toString(), 'utf8'),
    proxyUrl,
  };
}

const text = z.string().trim().optional().catch(undefined);

const answerSchema = z.looseObject({
  access_token: z.string().trim().min(1),
  refresh_token: text,
  id_token: text,
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/** Reads an answer of the token endpoint. Messages never hold a token. */
export function readRefreshAnswer(status: number, body: string, nowMs: number): RefreshOutcome {
  const answer = answerSchema.safeParse(jsonObject(body));
  if (status >= 200 && status < 300) {
    if (answer.success) return { kind: 'renewed', fields: fieldsOf(answer.data, nowMs) };
    return { kind: 'failed', message: `status ${status} without an access token` };
  }
  const definite = status < 500 && status !== 429;
  const reason = definite ? REFUSALS.find((code) => body.includes(code)) : undefined;
  const message = reason === undefined ? `status ${status}` : `status ${status}: ${reason}`;
  return { kind: reason !== undefined || status === 401 ? 'login' : 'failed', message };
}

/** Words of an answer that refuse the refresh token itself. */
const REFUSALS = [
  'refresh_token_reused',
  'refresh_token_expired',
  'refresh_token_invalidated',
  'invalid_grant',
];

/** Empty fields leave the file's value alone, so an answer without an id token blanks nothing. */
function fieldsOf(answer: z.output<typeof answerSchema>, nowMs: number): TokenFields {
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

function lifetimeOf(answer: z.output<typeof answerSchema>, nowMs: number): number {
  if (answer.expires_in !== undefined) return answer.expires_in * 1000;
  const expiryMs = jwtExpiryMs(answer.access_token);
  return expiryMs === undefined ? ASSUMED_LIFETIME_MS : expiryMs - nowMs;
}

/** The token endpoint of Codex accounts: the refresh request and its answers (codex.md 6.4). */
import type { TokenFields } from '../../credentials/tokens.ts';
import { PRODUCT_TOKEN } from '../../version.ts';
import { CODEX_CLIENT_ID } from './oauth-endpoints.ts';
import { readTokenAnswer } from './token-answer.ts';
import type { UpstreamRequest } from '../../upstream/types.ts';

/** What became of one try. */
export type RefreshOutcome =
  | { kind: 'renewed'; fields: TokenFields }
  /** The refresh token is refused for good: only a login helps. */
  | { kind: 'login'; message: string }
  /** Another try may succeed; `final`: not at once. */
  | { kind: 'failed'; message: string; final?: boolean };

/** The request of one refresh; `proxyUrl` as for turns. */
export function refreshRequest(
  url: string,
  refreshToken: string,
  proxyUrl: string,
): UpstreamRequest {
  const form = new URLSearchParams({
    client_id: CODEX_CLIENT_ID,
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    scope: 'openid profile email',
  });
  return tokenRequest(url, form, proxyUrl);
}

/** A form for the token endpoint. */
export const tokenRequest = (
  url: string,
  form: URLSearchParams,
  proxyUrl: string,
): UpstreamRequest =>
  postRequest(url, 'application/x-www-form-urlencoded', form.toString(), proxyUrl);

/** A request to the login service, which answers in JSON. */
export function postRequest(
  url: string,
  contentType: string,
  body: string,
  proxyUrl: string,
): UpstreamRequest {
  return {
    method: 'POST',
    url,
    headers: [
      'Content-Type',
      contentType,
      'Accept',
      'application/json',
      'User-Agent',
      PRODUCT_TOKEN,
    ],
    body: Buffer.from(body, 'utf8'),
    proxyUrl,
  };
}

/** Reads an answer of the token endpoint. Messages never hold a token. */
export function readRefreshAnswer(status: number, body: string, nowMs: number): RefreshOutcome {
  if (status >= 200 && status < 300) {
    const fields = readTokenAnswer(body, nowMs);
    if (fields !== undefined) return { kind: 'renewed', fields };
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

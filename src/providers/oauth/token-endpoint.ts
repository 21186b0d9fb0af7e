/** What all token endpoints have in common: requests to them, and their answers. */
import type { TokenFields } from '../../credentials/tokens.ts';
import type { UpstreamRequest } from '../../upstream/types.ts';
import { PRODUCT_TOKEN } from '../../version.ts';
import { refusalOf } from './refusal.ts';
import { readTokenAnswer } from './token-answer.ts';

/** Bytes of an answer; real ones are a few KiB of tokens. */
export const MAX_TOKEN_ANSWER_BYTES = 256 * 1024;

/** What became of one try. */
export type RefreshOutcome =
  | { kind: 'renewed'; fields: TokenFields }
  /** The refresh token is refused for good: only a login helps. */
  | { kind: 'login'; message: string }
  /** Another try may succeed; `final`: not at once, `blockedUntilMs`: not before then (Unix ms). */
  | { kind: 'failed'; message: string; final?: boolean; blockedUntilMs?: number };

/** A form for a token endpoint; `proxyUrl` as for turns. */
export const formRequest = (
  url: string,
  form: URLSearchParams,
  proxyUrl: string,
): UpstreamRequest =>
  postRequest(url, 'application/x-www-form-urlencoded', form.toString(), proxyUrl);

/** JSON for a login service. */
export const jsonRequest = (url: string, body: object, proxyUrl: string): UpstreamRequest =>
  postRequest(url, 'application/json', JSON.stringify(body), proxyUrl);

/** A request to a login service, which answers in JSON. */
function postRequest(
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

/** The tokens of a login's exchange, or why there are none. Messages never hold a token. */
export function readExchange(
  status: number,
  body: string,
  nowMs: number,
): TokenFields | { reason: string } {
  if (status !== 200) return { reason: refusalOf(status, body) };
  return readTokenAnswer(body, nowMs) ?? { reason: 'the answer has no access token' };
}

/** Reads an answer to a refresh. Messages never hold a token. */
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

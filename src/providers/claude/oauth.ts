/**
 * The refresh of Anthropic accounts (providers.md 7.2, 7.3; RFC 6749 6). Only tokens that an account
 * already has are renewed, for the client they were issued to.
 */
import { formatTime } from '../../credentials/time.ts';
import type { UpstreamRequest } from '../../upstream/types.ts';
import { jsonRequest, readRefreshAnswer, type RefreshOutcome } from '../oauth/token-endpoint.ts';
import { retryAfterOf } from '../retry-after.ts';
import { accountIn } from './oauth-account.ts';
import { CLAUDE_CLIENT_ID, CLAUDE_SCOPE } from './oauth-endpoints.ts';

/** Bounds of the time for which a refusal for haste blocks a refresh token. */
export const MIN_BLOCK_MS = 5000;
export const MAX_BLOCK_MS = 5 * 60_000;

const TOO_MANY = 429;

/** The request of one refresh; `proxyUrl` as for turns. */
export function claudeRefreshRequest(
  url: string,
  refreshToken: string,
  proxyUrl: string,
): UpstreamRequest {
  const body = {
    client_id: CLAUDE_CLIENT_ID,
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    scope: CLAUDE_SCOPE,
  };
  return jsonRequest(url, body, proxyUrl);
}

/**
 * Reads an answer; `headers`: flat pairs. Only faults of the service are asked about again at once;
 * the keeper comes back after its own pause, or after the one that the service wants.
 */
export function readClaudeRefreshAnswer(
  status: number,
  body: string,
  nowMs: number,
  headers: readonly string[],
): RefreshOutcome {
  const outcome = readRefreshAnswer(status, body, nowMs);
  if (outcome.kind === 'renewed') {
    return { kind: 'renewed', fields: { ...outcome.fields, ...accountIn(body) } };
  }
  if (outcome.kind === 'login' || status >= 500) return outcome;
  if (status !== TOO_MANY) return { ...outcome, final: true };
  const blockedUntilMs = nowMs + blockMs(headers, nowMs);
  const until = formatTime(blockedUntilMs);
  const message = `${outcome.message}: refresh temporarily blocked until ${until}`;
  return { kind: 'failed', message, final: true, blockedUntilMs };
}

function blockMs(headers: readonly string[], nowMs: number): number {
  const wanted = retryAfterOf(TOO_MANY, headers, nowMs)?.retryAfterMs ?? retryAfterMs(headers);
  return Math.min(Math.max(wanted, MIN_BLOCK_MS), MAX_BLOCK_MS);
}

/** `Retry-After-Ms`; 0: there is none. */
function retryAfterMs(headers: readonly string[]): number {
  const at = headers.findIndex(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'retry-after-ms',
  );
  const text = at < 0 ? '' : (headers[at + 1]?.trim() ?? '');
  return /^\d+(?:\.\d+)?$/.test(text) ? Math.ceil(Number(text)) : 0;
}

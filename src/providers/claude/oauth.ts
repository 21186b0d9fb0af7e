/**
 * The token endpoint of Anthropic accounts: the refresh request (providers.md 7.2, 7.3; RFC 6749 6).
 * Only tokens that an account already has are renewed, for the client they were issued to.
 */
import type { UpstreamRequest } from '../../upstream/types.ts';
import { jsonRequest, readRefreshAnswer, type RefreshOutcome } from '../oauth/token-endpoint.ts';

/** Environment variable that replaces the address of the token endpoint, for tests and gateways. */
export const CLAUDE_TOKEN_URL_VARIABLE = 'SWITCHYARD_CLAUDE_TOKEN_URL';

/** The public client that Anthropic accounts are bound to. */
export const CLAUDE_CLIENT_ID = '9d1c250a-e61b-44d9-88ed-5944d1962f5e';

const TOKEN_URL = 'https://platform.claude.com/v1/oauth/token';

/** Tokens live eight hours; half of that is left when they are renewed. */
export const CLAUDE_LEAD_MS = 4 * 60 * 60 * 1000;

/** The address in force with these environment variables. */
export const claudeTokenUrl = (
  env: Readonly<Record<string, string | undefined>> = process.env,
): string => env[CLAUDE_TOKEN_URL_VARIABLE]?.trim() || TOKEN_URL;

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
  };
  return jsonRequest(url, body, proxyUrl);
}

/**
 * Reads an answer. Other than faults of the service, a refusal is not asked about again at once; the
 * keeper comes back after its own pause (7.3).
 */
export function readClaudeRefreshAnswer(
  status: number,
  body: string,
  nowMs: number,
): RefreshOutcome {
  const outcome = readRefreshAnswer(status, body, nowMs);
  const faulty = status >= 500 || status < 400;
  return outcome.kind === 'failed' && !faulty ? { ...outcome, final: true } : outcome;
}

/** Anthropic: keys of `claude-api-key`, accounts of credential files, and relays (providers.md 7). */
import type { CredentialRecord } from '../../credentials/record.ts';
import type { UpstreamRequest } from '../../upstream/types.ts';
import type { BuildInput, Provider } from '../types.ts';
import { FAST_MODE, takeBetas } from './betas.ts';
import { failureOfEvent, failureOfResponse } from './failures.ts';
import { COUNT_BETA, countBody } from './count.ts';
import { claudeHeaders, isAnthropic } from './headers.ts';
import { quotaOfHeaders } from './rate-limits.ts';

/** Address of the Anthropic API. */
export const CLAUDE_BASE_URL = 'https://api.anthropic.com';

const MESSAGES = '/v1/messages?beta=true';
const COUNT = '/v1/messages/count_tokens?beta=true';

const baseOf = ({ baseUrl }: CredentialRecord): string =>
  baseUrl === '' ? CLAUDE_BASE_URL : baseUrl;

function post(input: BuildInput, path: string, body: Uint8Array, betas: string[]): UpstreamRequest {
  const url = baseOf(input.record) + path;
  const headers = claudeHeaders(input, url, betas);
  return { method: 'POST', url, headers, body, proxyUrl: input.proxyUrl };
}

export const claudeProvider: Provider = {
  upstreamFormat: () => 'claude',

  // The API knows no such member: no body holds it.
  keepsRetention: () => false,

  // The prompt cache is found by its content, not by a key.
  usesContinuity: () => false,

  buildRequest(input) {
    const { body, betas } = takeBetas(input.body);
    return post(input, MESSAGES, body, betas);
  },

  // Relays seldom have the endpoint (providers.md 7.1).
  countsTokens: (record) => isAnthropic(baseOf(record)),

  countRequest(input) {
    const { body, betas } = takeBetas(input.body);
    return post(input, COUNT, countBody(body), [...betas, COUNT_BETA]);
  },

  errorsAreFinal: ({ url, headers }) => isAnthropic(url) && asksForFastMode(headers),

  failureOfResponse,
  failureOfEvent,
  quotaOfHeaders,
  quotaOfEvent: () => undefined,
};

/** Who pays for speed decides what to do without it (providers.md 7.7). */
function asksForFastMode(headers: readonly string[]): boolean {
  const at = headers.indexOf('anthropic-beta');
  return at >= 0 && (headers[at + 1]?.split(',').includes(FAST_MODE) ?? false);
}

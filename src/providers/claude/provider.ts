/** Anthropic: keys of `claude-api-key`, accounts of credential files, and relays (providers.md 7). */
import type { BuildInput, Provider } from '../types.ts';
import { takeBetas } from './betas.ts';
import { failureOfEvent, failureOfResponse } from './failures.ts';
import { claudeHeaders } from './headers.ts';
import { quotaOfHeaders } from './rate-limits.ts';

/** Address of the Anthropic API. */
export const CLAUDE_BASE_URL = 'https://api.anthropic.com';

const MESSAGES = '/v1/messages?beta=true';

const urlOf = ({ record }: BuildInput): string =>
  (record.baseUrl === '' ? CLAUDE_BASE_URL : record.baseUrl) + MESSAGES;

export const claudeProvider: Provider = {
  upstreamFormat: () => 'claude',

  // The API knows no such member: no body holds it.
  keepsRetention: () => false,

  // The prompt cache is found by its content, not by a key.
  usesContinuity: () => false,

  buildRequest(input) {
    const url = urlOf(input);
    const { body, betas } = takeBetas(input.body);
    return {
      method: 'POST',
      url,
      headers: claudeHeaders(input, url, betas),
      body,
      proxyUrl: input.proxyUrl,
    };
  },

  failureOfResponse,
  failureOfEvent,
  quotaOfHeaders,
  quotaOfEvent: () => undefined,
};

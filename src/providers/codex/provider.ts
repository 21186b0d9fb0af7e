/** Codex: the ChatGPT backend of OAuth accounts, and every Responses API behind a `codex-api-key`. */
import { isCompactPath } from '../paths.ts';
import type { Provider } from '../types.ts';
import { codexHeaders } from './headers.ts';
import { failureOfEvent } from './event-failure.ts';
import { failureOfResponse } from './response-failure.ts';

/** Address of the ChatGPT backend (codex.md 1.1). */
export const CODEX_BASE_URL = 'https://chatgpt.com/backend-api/codex';

export const codexProvider: Provider = {
  upstreamFormat: (_client, path) => (isCompactPath(path) ? 'openai-response' : 'codex'),

  // The ChatGPT backend rejects the field, other Responses APIs take it (codex.md 4.7).
  keepsRetention: (record) => record.kind === 'apikey' && record.baseUrl !== '',

  usesContinuity: () => true,

  buildRequest(input) {
    const base = input.record.baseUrl === '' ? CODEX_BASE_URL : input.record.baseUrl;
    const path = isCompactPath(input.turn.path) ? '/responses/compact' : '/responses';
    return {
      method: 'POST',
      url: base + path,
      headers: codexHeaders(input),
      body: input.body,
      proxyUrl: input.proxyUrl,
    };
  },

  failureOfResponse,
  failureOfEvent,
};

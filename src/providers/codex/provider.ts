/** Codex: the ChatGPT backend of OAuth accounts, and every Responses API behind a `codex-api-key`. */
import { isCompactPath } from '../paths.ts';
import { upstreamImagePath } from '../../formats/images/paths.ts';
import type { BuildInput, Provider } from '../types.ts';
import { codexHeaders } from './headers.ts';
import { codexSocketRequest } from './socket.ts';
import { failureOfEvent } from './event-failure.ts';
import { failureOfResponse } from './response-failure.ts';
import { quotaFromHeaders, quotaOfEvent } from './quota.ts';

/** Address of the ChatGPT backend (codex.md 1.1). */
export const CODEX_BASE_URL = 'https://chatgpt.com/backend-api/codex';

function pathOf({ format, turn }: BuildInput): string {
  if (format === 'openai-image') return upstreamImagePath(turn.path);
  return isCompactPath(turn.path) ? '/responses/compact' : '/responses';
}

const baseOf = ({ record }: BuildInput): string =>
  record.baseUrl === '' ? CODEX_BASE_URL : record.baseUrl;

export const codexProvider: Provider = {
  upstreamFormat(client, path, directImages = false) {
    if (client === 'openai-image' && directImages) return 'openai-image';
    return isCompactPath(path) ? 'openai-response' : 'codex';
  },

  // The ChatGPT backend rejects the field, other Responses APIs take it (codex.md 4.7).
  keepsRetention: (record) => record.kind === 'apikey' && record.baseUrl !== '',

  usesContinuity: () => true,

  buildRequest(input) {
    return {
      method: 'POST',
      url: baseOf(input) + pathOf(input),
      headers: codexHeaders(input),
      body: input.body,
      proxyUrl: input.proxyUrl,
    };
  },

  socketRequest: (input) => codexSocketRequest(input, baseOf(input)),

  failureOfResponse,
  failureOfEvent,
  quotaOfHeaders: quotaFromHeaders,
  quotaOfEvent,
};

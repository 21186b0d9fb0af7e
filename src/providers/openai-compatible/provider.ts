/**
 * Providers that speak Chat Completions (providers.md 12). Clients of other formats are translated;
 * an upstream that speaks the Responses API itself belongs under `codex-api-key`.
 */
import { PRODUCT_TOKEN } from '../../version.ts';
import { HeaderList, setCustomHeaders } from '../headers.ts';
import { failureOf } from '../failure.ts';
import { isCompactPath } from '../paths.ts';
import { retryAfterOf } from '../retry-after.ts';
import { upstreamImagePath } from '../../formats/images/paths.ts';
import type { BuildInput, Provider } from '../types.ts';
import { failureOfEvent } from './event-failure.ts';

/** Flat pairs. Compatible servers get Switchyard's own user agent, whoever the client is. */
function compatibleHeaders({ record, turn, token, streaming }: BuildInput): string[] {
  const list = new HeaderList();
  list.set('Content-Type', 'application/json');
  if (token.trim() !== '') list.set('Authorization', `Bearer ${token}`);
  list.set('User-Agent', PRODUCT_TOKEN);
  if (!streaming) list.set('Accept', 'application/json');
  setCustomHeaders(list, record.headers, turn.headers);
  if (streaming) {
    list.set('Accept', 'text/event-stream');
    list.set('Cache-Control', 'no-cache');
  }
  return list.flat();
}

function pathOf({ format, turn }: BuildInput): string {
  if (format === 'openai-image') return upstreamImagePath(turn.path);
  return isCompactPath(turn.path) ? '/responses/compact' : '/chat/completions';
}

export const compatibleProvider: Provider = {
  upstreamFormat(client, path) {
    if (client === 'openai-image') return 'openai-image';
    return isCompactPath(path) ? 'openai-response' : 'openai';
  },

  keepsRetention: () => true,

  usesContinuity: (record) => record.supportPromptCacheKey,

  buildRequest(input) {
    return {
      method: 'POST',
      url: input.record.baseUrl + pathOf(input),
      headers: compatibleHeaders(input),
      body: input.body,
      proxyUrl: input.proxyUrl,
    };
  },

  // The reference reads no waiting time here; the header is safe to believe (providers.md 1.8).
  failureOfResponse: (status, headers, body, nowMs) =>
    failureOf(status, body, headers, retryAfterOf(status, headers, nowMs)),

  failureOfEvent,

  quotaOfHeaders: () => undefined,
  quotaOfEvent: () => undefined,
};

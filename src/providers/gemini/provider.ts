/** The Gemini API behind a `gemini-api-key`, and relays that speak it (providers.md 2). */
import { actionOf, googleHeaders } from '../google/headers.ts';
import { failureOfEvent, failureOfResponse } from '../google/failures.ts';
import { refuseCompact } from '../paths.ts';
import type { BuildInput, Provider } from '../types.ts';

/** Address of the Gemini API. */
export const GEMINI_BASE_URL = 'https://generativelanguage.googleapis.com';

function urlOf(input: BuildInput): string {
  const { record, model } = input;
  const base = record.baseUrl === '' ? GEMINI_BASE_URL : record.baseUrl;
  return `${base}/v1beta/models/${encodeURIComponent(model)}:${actionOf(input)}`;
}

export const geminiProvider: Provider = {
  upstreamFormat(_client, path) {
    refuseCompact(path);
    return 'gemini';
  },

  // The API knows no such member: no body holds it.
  keepsRetention: () => false,

  // The prompt cache is found by its content, not by a key.
  usesContinuity: () => false,

  buildRequest(input) {
    return {
      method: 'POST',
      url: urlOf(input),
      headers: googleHeaders(input, 'x-goog-api-key', input.token),
      body: input.body,
      proxyUrl: input.proxyUrl,
    };
  },

  failureOfResponse,
  failureOfEvent,

  // Google tells what is used up, never what is left.
  quotaOfHeaders: () => undefined,
  quotaOfEvent: () => undefined,
};

/** The Gemini API behind a `gemini-api-key`, and relays that speak it (providers.md 2). */
import { actionOf, googleHeaders } from '../google/headers.ts';
import { googleProvider } from '../google/common.ts';
import type { BuildInput, Provider } from '../types.ts';

/** Address of the Gemini API. */
export const GEMINI_BASE_URL = 'https://generativelanguage.googleapis.com';

function urlOf(input: BuildInput): string {
  const { record, model } = input;
  const base = record.baseUrl === '' ? GEMINI_BASE_URL : record.baseUrl;
  return `${base}/v1beta/models/${encodeURIComponent(model)}:${actionOf(input)}`;
}

export const geminiProvider: Provider = {
  ...googleProvider,

  buildRequest(input) {
    return {
      method: 'POST',
      url: urlOf(input),
      headers: googleHeaders(input, 'x-goog-api-key', input.token),
      body: input.body,
      proxyUrl: input.proxyUrl,
    };
  },
};

/** The Gemini API behind a `gemini-api-key`, and relays that speak it (providers.md 2). */
import { actionOf, COUNT_ACTION, googleHeaders } from '../google/headers.ts';
import { geminiCountBody } from '../google/count.ts';
import { googleProvider } from '../google/common.ts';
import { resourceName, resourcePath } from './resource.ts';
import type { UpstreamRequest } from '../../upstream/types.ts';
import type { BuildInput, Provider } from '../types.ts';

/** Address of the Gemini API. */
export const GEMINI_BASE_URL = 'https://generativelanguage.googleapis.com';

function post(input: BuildInput, action: string, body: Uint8Array): UpstreamRequest {
  const { record, model, token, proxyUrl } = input;
  const base = record.baseUrl === '' ? GEMINI_BASE_URL : record.baseUrl;
  const url = `${base}/v1beta/${resourcePath(model)}:${action}`;
  const headers = googleHeaders(input, 'x-goog-api-key', token);
  return { method: 'POST', url, headers, body, proxyUrl };
}

export const geminiProvider: Provider = {
  ...googleProvider,

  buildRequest: (input) => post(input, actionOf(input), input.body),

  countRequest: (input) =>
    post(input, COUNT_ACTION, geminiCountBody(input.body, resourceName(input.model))),
};

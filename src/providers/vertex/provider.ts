/** Vertex AI: service accounts and keys of `vertex-api-key` (providers.md 3). */
import { isObject, without, type JsonObject } from '../../canonical/value.ts';
import { actionOf, COUNT_ACTION, googleHeaders } from '../google/headers.ts';
import { vertexCountBody } from '../google/count.ts';
import { googleProvider } from '../google/common.ts';
import { jsonObject } from '../failure.ts';
import type { UpstreamRequest } from '../../upstream/types.ts';
import type { BuildInput, Provider } from '../types.ts';

/** Address for keys; the records of service accounts know their own. */
export const VERTEX_BASE_URL = 'https://aiplatform.googleapis.com';

function urlOf({ record, model }: BuildInput, action: string): string {
  const place = `publishers/google/models/${encodeURIComponent(model)}:${action}`;
  if (record.kind === 'oauth') return `${record.baseUrl}/${place}`;
  return `${record.baseUrl === '' ? VERTEX_BASE_URL : record.baseUrl}/v1/${place}`;
}

function headersOf(input: BuildInput): string[] {
  const { record, token } = input;
  if (record.kind === 'apikey') return googleHeaders(input, 'x-goog-api-key', token);
  return googleHeaders(input, 'Authorization', token === '' ? '' : `Bearer ${token}`);
}

const post = (input: BuildInput, action: string, body: Uint8Array): UpstreamRequest => ({
  method: 'POST',
  url: urlOf(input, action),
  headers: headersOf(input),
  body: withoutCallIds(body),
  proxyUrl: input.proxyUrl,
});

export const vertexProvider: Provider = {
  ...googleProvider,

  buildRequest: (input) => post(input, actionOf(input), input.body),

  countRequest: (input) => post(input, COUNT_ACTION, vertexCountBody(input.body)),
};

const CALLS = ['functionCall', 'functionResponse', 'function_call', 'function_response'];
const CALL = /"function_?(?:[cC]all|[rR]esponse)"\s*:\s*\{\s*"/;

/** Vertex does not know the ids of calls (3.3). Bodies without calls are passed on as they are. */
export function withoutCallIds(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  const parsed = CALL.test(text) ? jsonObject(text) : undefined;
  if (parsed === undefined || !Array.isArray(parsed['contents'])) return body;
  const contents = parsed['contents'].map((content: unknown) => {
    if (!isObject(content) || !Array.isArray(content.parts)) return content;
    return { ...content, parts: content.parts.map(withoutId) };
  });
  return Buffer.from(JSON.stringify({ ...parsed, contents }));
}

function withoutId(part: unknown): unknown {
  if (!isObject(part)) return part;
  const changed: JsonObject = { ...part };
  for (const key of CALLS) {
    const holder = changed[key];
    if (isObject(holder)) changed[key] = without(holder, 'id');
  }
  return changed;
}

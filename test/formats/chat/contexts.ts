/** Contexts for translations in tests, with everything optional left out. */
import type { RequestContext, ResponseContext, SseEvent } from '../../../src/formats/format.ts';

export function requestContext(over: Partial<RequestContext> = {}): RequestContext {
  return {
    model: 'gpt-5.5',
    thinking: undefined,
    stream: true,
    keepRetention: false,
    cacheKey: undefined,
    lite: false,
    ...over,
  };
}

export function responseContext(over: Partial<ResponseContext> = {}): ResponseContext {
  return {
    stream: true,
    requestedModel: 'gpt-5.5',
    upstreamModel: 'gpt-5.5',
    requestBody: Buffer.from('{}'),
    upstreamBody: Buffer.from('{}'),
    nowSeconds: 1_800_000_000,
    ...over,
  };
}

/** An upstream event as the SSE reader delivers it. */
export function sse(json: Record<string, unknown>): SseEvent {
  const event = typeof json.type === 'string' ? json.type : undefined;
  return { event, data: JSON.stringify(json), json };
}

/** The JSON of every `data:` frame but `[DONE]`. */
export function chunksOf(text: string): unknown[] {
  return text
    .split('\n\n')
    .filter((frame) => frame !== '' && frame !== 'data: [DONE]')
    .map((frame) => JSON.parse(frame.replace(/^data: /, '')) as unknown);
}

/** `undefined` members vanish as they do on the wire. */
export function onWire(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

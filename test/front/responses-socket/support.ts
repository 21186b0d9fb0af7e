/** Frames, items and failures of client WebSockets, as data. */
import { itemOf, type StoredItem } from '../../../src/front/responses-socket/stored-item.ts';
import { readFrame, type ClientFrame } from '../../../src/front/responses-socket/frame.ts';
import type { JsonObject } from '../../../src/canonical/value.ts';
import type { TurnFailure } from '../../../src/turn.ts';

const frameOf = (value: JsonObject): ClientFrame => readFrame(Buffer.from(JSON.stringify(value)));

export const create = (more: JsonObject): ClientFrame =>
  frameOf({ type: 'response.create', ...more });

export const append = (more: JsonObject): ClientFrame =>
  frameOf({ type: 'response.append', ...more });

export const jsonOf = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());

export const user = (id: string, text: string): JsonObject => ({
  type: 'message',
  id,
  role: 'user',
  content: text,
});

export const assistant = (id: string, text: string): JsonObject => ({
  ...user(id, text),
  role: 'assistant',
});

export const call = (callId: string, more: JsonObject = {}): JsonObject => ({
  type: 'function_call',
  call_id: callId,
  name: 'bash',
  arguments: '{}',
  ...more,
});

export const callOutput = (callId: string, output = 'ok'): JsonObject => ({
  type: 'function_call_output',
  call_id: callId,
  output,
});

export const stored = (...items: JsonObject[]): StoredItem[] => items.map(itemOf);

/** A failure that an upstream answered itself. */
export function upstreamFailure(more: Partial<TurnFailure>): TurnFailure {
  return {
    code: 'upstream_error',
    status: 500,
    message: 'the upstream said no',
    body: null,
    headers: [],
    retryAfterMs: null,
    verdict: 'stop',
    neutral: false,
    summary: {
      status: 500,
      upstreamModel: 'gpt-5.5',
      continuity: 'none',
      usage: null,
      upstreamTtfbMs: -1,
      ownMs: 0,
      transport: 'http',
      savedBytes: 0,
    },
    ...more,
  };
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CanonicalEvent } from '../../../src/canonical/events.ts';
import { ChatStreamEncoder } from '../../../src/formats/chat/encode-stream.ts';
import { chunksOf } from './contexts.ts';

interface Chunk {
  created: number;
  model: string;
  choices: { index: number; delta: Record<string, unknown>; finish_reason: unknown }[];
  usage?: unknown;
}

function encoded(events: CanonicalEvent[]): Chunk[] {
  const encoder = new ChatStreamEncoder({ model: 'asked "model"', nowSeconds: 7 });
  return chunksOf(events.map((event) => encoder.write(event)).join('')) as Chunk[];
}

describe('canonical events to chat chunks', () => {
  it('4.4: the requested model stands in until the upstream tells its own', () => {
    const chunks = encoded([
      { type: 'text', item: 0, text: 'a' },
      { type: 'start', model: 'm' },
      { type: 'text', item: 0, text: 'line\n"b"' },
    ]);
    assert.deepEqual(
      chunks.map(({ model }) => model),
      ['asked "model"', 'm'],
    );
    assert.equal(chunks[1]?.choices[0]?.delta.content, 'line\n"b"');
  });

  it('7.2: where the upstream tells no time the answer is of now', () => {
    const chunks = encoded([
      { type: 'start', id: 'a' },
      { type: 'text', item: 0, text: 'a' },
      { type: 'start', created: 9 },
      { type: 'text', item: 0, text: 'b' },
    ]);
    assert.deepEqual(
      chunks.map(({ created }) => created),
      [7, 9],
    );
  });

  it('choices have their own number and their own calls', () => {
    const call = { type: 'tool_call', kind: 'function', id: 'c', name: 'f' } as const;
    const chunks = encoded([
      { ...call, item: 5, choice: 0 },
      { ...call, item: 5, choice: 1 },
      { ...call, item: 6, choice: 1 },
      { type: 'tool_arguments', item: 6, choice: 1, text: '{}' },
    ]);
    const places = chunks.map(({ choices: [choice] }) => {
      const [entry] = choice?.delta.tool_calls as { index: number }[];
      return [choice?.index, entry?.index];
    });
    assert.deepEqual(places, [
      [0, 0],
      [1, 0],
      [1, 1],
      [1, 1],
    ]);
  });

  it('usage that came before the end is told with the finish', () => {
    const [last] = encoded([
      { type: 'usage', usage: { input: 3, cachedInput: 0 } },
      { type: 'finish', reason: 'pause', usage: { input: undefined, output: 4 } },
    ]);
    assert.equal(last?.choices[0]?.finish_reason, 'stop');
    assert.deepEqual(last.usage, {
      prompt_tokens: 3,
      completion_tokens: 4,
      prompt_tokens_details: { cached_tokens: 0 },
    });
  });

  it('what chat has no words for is left out', () => {
    const silent: CanonicalEvent[] = [
      { type: 'item_start', item: 0, kind: 'reasoning' },
      { type: 'reasoning', item: 0, kind: 'raw', text: 'x' },
      { type: 'item_done', item: 0, kind: 'reasoning', signature: 's' },
      { type: 'verbatim', item: 1, family: 'claude', value: {} },
      { type: 'tool_arguments', item: 9, text: 'of an unknown call' },
    ];
    assert.deepEqual(encoded(silent), []);
  });
});

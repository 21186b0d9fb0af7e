import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CanonicalEvent } from '../../../src/canonical/events.ts';
import { ChatStreamDecoder } from '../../../src/formats/chat/decode-stream.ts';
import { vector } from '../vectors.ts';

const done = { event: undefined, data: '[DONE]', json: undefined };

function decoded(chunks: unknown[], end = true): unknown[] {
  const events: CanonicalEvent[] = [];
  const decoder = new ChatStreamDecoder((event) => events.push(event));
  for (const json of chunks) {
    decoder.onEvent({ event: undefined, data: JSON.stringify(json), json });
  }
  if (end) decoder.onEvent(done);
  return JSON.parse(JSON.stringify(events)) as unknown[];
}

const jsonOfLines = (lines: string[]): unknown[] =>
  lines.filter((line) => !line.endsWith('[DONE]')).map((line) => JSON.parse(line.slice(6)));

const chunk = (delta: unknown, finish: string | null = null): unknown => ({
  id: 'r',
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const start = { type: 'start', id: 'r' };
const opened = (item: number): unknown => ({
  type: 'item_start',
  kind: 'tool_call',
  item,
  choice: 0,
});
const announced = (item: number, id: string, name: string): unknown => ({
  type: 'tool_call',
  item,
  choice: 0,
  kind: 'function',
  id,
  name,
});
const args = (item: number, text: string): unknown => ({
  type: 'tool_arguments',
  item,
  choice: 0,
  text,
});
const finish = { type: 'finish', choice: 0, reason: 'tool_calls', native: 'tool_calls' };

describe('chat upstream to canonical, stream', () => {
  it('P01: reasoning, then text; usage after the finish', () => {
    assert.deepEqual(decoded(jsonOfLines(vector('P01').lines)), [
      { type: 'start', id: 'chatcmpl_1', model: 'm', created: 1_700_000_000 },
      { type: 'reasoning', kind: 'summary', item: 0, choice: 0, text: 'r' },
      { type: 'text', item: 1, choice: 0, text: 'Hi' },
      { type: 'finish', choice: 0, reason: 'stop', native: 'stop' },
      { type: 'usage', usage: { input: 12, output: 3, total: 15, cachedInput: 5 } },
      { type: 'end' },
    ]);
  });

  it('P02: parallel calls keep their own item', () => {
    assert.deepEqual(decoded(jsonOfLines(vector('P02').lines)).slice(1), [
      opened(0),
      announced(0, 'c1', 'f'),
      opened(1),
      announced(1, 'c2', 'g'),
      args(1, '{"b":'),
      args(0, '{}'),
      args(1, '2}'),
      finish,
      { type: 'end' },
    ]);
  });

  it('9.2: arguments wait for the name', () => {
    const chunks = [
      chunk({ tool_calls: [{ index: 0, id: 'c', function: { arguments: '{' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { name: 'f', arguments: '}' } }] }, 'tool_calls'),
    ];
    assert.deepEqual(decoded(chunks), [
      start,
      opened(0),
      announced(0, 'c', 'f'),
      args(0, '{'),
      args(0, '}'),
      finish,
      { type: 'end' },
    ]);
  });

  it('3.7: a missing id is made at the end', () => {
    const chunks = [
      chunk({ tool_calls: [{ index: 2, function: { name: 'f', arguments: '{}' } }] }),
      chunk({}, 'tool_calls'),
    ];
    assert.deepEqual(decoded(chunks).slice(1, 5), [
      opened(0),
      announced(0, 'call_r_0_2', 'f'),
      args(0, '{}'),
      finish,
    ]);
  });

  it('9.2: other objects, and chunks without choices, are passed over', () => {
    const chunks = [
      { object: 'ping', choices: [] },
      { error: { message: 'x' } },
      { choices: null },
    ];
    assert.deepEqual(decoded(chunks, false), []);
  });

  it('3.2: finish reasons', () => {
    const words: [string, string][] = [
      ['length', 'length'],
      ['max_tokens', 'length'],
      ['function_call', 'tool_calls'],
      ['content_filter', 'content_filter'],
      ['eos', 'stop'],
    ];
    for (const [native, reason] of words) {
      const expected = { type: 'finish', choice: 0, reason, native };
      assert.deepEqual(decoded([chunk({}, native)], false), [start, expected]);
    }
  });

  it('a refusal is its own event, of the message', () => {
    const text = { type: 'text', item: 0, choice: 0, text: 'a' };
    const refusal = { type: 'refusal', item: 0, choice: 0, text: 'no' };
    const events = decoded([chunk({ content: 'a' }), chunk({ refusal: 'no' })], false);
    assert.deepEqual(events, [start, text, refusal]);
  });
});

describe('chat upstream to canonical, whole answers', () => {
  const decodedBody = (body: Record<string, unknown>): unknown[] => {
    const events: CanonicalEvent[] = [];
    new ChatStreamDecoder((event) => events.push(event)).onBody(body);
    return JSON.parse(JSON.stringify(events)) as unknown[];
  };

  it('P06: all parts', () => {
    const [body = {}] = vector('P06').events;
    assert.deepEqual(decodedBody(body), [
      { type: 'start', id: 'chatcmpl_1', model: 'm', created: 1_700_000_000 },
      {
        type: 'usage',
        usage: { input: 3, output: 2, total: 5, cachedInput: 1, reasoning: 1 },
      },
      { type: 'reasoning', kind: 'summary', item: 0, choice: 0, text: 'why' },
      { type: 'text', item: 1, choice: 0, text: 'Hi' },
      opened(2),
      announced(2, 'c1', 'f'),
      args(2, '{}'),
      finish,
      { type: 'end' },
    ]);
  });

  it('another id and name under the same index is another call', () => {
    const call = (id: string, name: string, text: string): unknown =>
      chunk({ tool_calls: [{ index: 0, id, function: { name, arguments: text } }] });
    const events = decoded([
      call('a', 'f', '{"x":'),
      call('a', 'f', '1}'),
      call('b', 'g', '{"y":'),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '2}' } }] }, 'tool_calls'),
    ]);
    assert.deepEqual(events, [
      start,
      opened(0),
      announced(0, 'a', 'f'),
      args(0, '{"x":'),
      args(0, '1}'),
      opened(1),
      announced(1, 'b', 'g'),
      args(1, '{"y":'),
      args(1, '2}'),
      finish,
      { type: 'end' },
    ]);
  });

  it('calls without index and id stay apart', () => {
    const call = { function: { name: 'f', arguments: '{}' } };
    const body = { id: 'r', choices: [{ message: { content: null, tool_calls: [call, call] } }] };
    const ids = (decodedBody(body) as { type: string; id?: string }[])
      .filter(({ type }) => type === 'tool_call')
      .map(({ id }) => id);
    assert.deepEqual(ids, ['call_r_0_0', 'call_r_0_1']);
  });
});

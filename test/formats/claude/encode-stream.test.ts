import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CanonicalEvent } from '../../../src/canonical/events.ts';
import { MAX_CALLS, MAX_WAITING_CHARS } from '../../../src/formats/claude/call-queue.ts';
import { ClaudeStreamEncoder, MAX_HELD_EVENTS } from '../../../src/formats/claude/encode-stream.ts';
import { readClaudeStream } from '../../support/claude.ts';
import { mulberry } from '../streams.ts';

const encoder = (): ClaudeStreamEncoder =>
  new ClaudeStreamEncoder({ model: 'asked', nowSeconds: 1_800_000_000, inputTokens: () => 7 });

const START: CanonicalEvent = { type: 'start', id: 'r', model: 'm' };
const END: CanonicalEvent[] = [{ type: 'finish', reason: 'stop' }, { type: 'end' }];

function textOf(events: readonly CanonicalEvent[]): string {
  const one = encoder();
  return events.map((event) => one.write(event)).join('');
}

const call = (item: number): CanonicalEvent => ({
  type: 'tool_call',
  kind: 'function',
  item,
  id: `c${String(item)}`,
  name: 'f',
});

describe('canonical events to a claude stream', () => {
  it('an answer without start: the asked model, an id of our own, the estimate', () => {
    const text = textOf([{ type: 'text', item: 0, text: 'Hi' }, ...END]);
    assert.match(text, /"id":"msg_1800000000"/);
    assert.match(text, /"model":"asked"/);
    assert.match(text, /"input_tokens":7/);
    assert.deepEqual(readClaudeStream(text).content, [{ type: 'text', text: 'Hi' }]);
  });

  it('a second start and other choices change nothing', () => {
    const events: CanonicalEvent[] = [
      START,
      { type: 'start', id: 'other' },
      { type: 'text', item: 0, text: 'one' },
      { type: 'text', item: 1, choice: 1, text: 'two' },
      { type: 'finish', choice: 1, reason: 'length' },
      ...END,
    ];
    const { id, content, stopReason } = readClaudeStream(textOf(events));
    assert.equal(id, 'r');
    assert.deepEqual(content, [{ type: 'text', text: 'one' }]);
    assert.equal(stopReason, 'end_turn');
  });

  it('the own text of the model is shown where there is no summary', () => {
    const raw = (item: number, text: string): CanonicalEvent => ({
      type: 'reasoning',
      kind: 'raw',
      item,
      text,
    });
    const events: CanonicalEvent[] = [
      START,
      raw(0, 'own'),
      { type: 'item_done', kind: 'reasoning', item: 0 },
      { type: 'reasoning', kind: 'summary', item: 1, text: 'short' },
      raw(1, 'again'),
      ...END,
    ];
    assert.deepEqual(readClaudeStream(textOf(events)).content, [
      { type: 'thinking', thinking: 'own' },
      { type: 'thinking', thinking: 'short' },
    ]);
  });

  it('images have no place in an answer', () => {
    const events: CanonicalEvent[] = [
      START,
      { type: 'image', item: 0, url: 'data:image/png;base64,AA', partial: false },
      ...END,
    ];
    assert.deepEqual(readClaudeStream(textOf(events)).content, []);
  });

  it('interleaved calls and texts, in any order: whole blocks, one after the other', () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const random = mulberry(seed);
      const calls = [0, 1, 2];
      const events: CanonicalEvent[] = [START, ...calls.map(call)];
      const left = new Map(calls.map((item) => [item, [...`{"n":"${String(item)}"}`]]));
      let texts = '';
      while (left.size > 0) {
        const items = [...left.keys()];
        const item = items[Math.floor(random() * items.length)] ?? 0;
        const piece = left.get(item)?.shift();
        if (piece === undefined) {
          left.delete(item);
          events.push({ type: 'tool_call_done', item });
        } else events.push({ type: 'tool_arguments', item, text: piece });
        if (random() < 0.2) {
          texts += 'x';
          events.push({ type: 'text', item: 9, text: 'x' });
        }
      }
      const message = readClaudeStream(textOf([...events, ...END]));
      const used = message.content.filter(({ type }) => type === 'tool_use');
      assert.deepEqual(
        used.map(({ id, input }) => [id, input]),
        calls.map((item) => [`c${String(item)}`, { n: String(item) }]),
      );
      const told = message.content.filter(({ type }) => type === 'text');
      assert.equal(told.map(({ text }) => text).join(''), texts, `seed ${String(seed)}`);
      assert.equal(message.stopReason, 'tool_use');
    }
  });

  it('events amid a call are bounded', () => {
    const one = encoder();
    one.write(START);
    one.write(call(0));
    for (let item = 1; item <= MAX_HELD_EVENTS; item += 1)
      one.write({ type: 'text', item, text: 'x' });
    assert.throws(() => one.write({ type: 'text', item: 0, text: 'x' }), {
      code: 'upstream_bad_answer',
    });
  });

  it('text amid a call, and text of calls that wait, is bounded', () => {
    const text = 'x'.repeat(MAX_WAITING_CHARS / 2);
    const one = encoder();
    one.write(START);
    one.write(call(0));
    one.write(call(1));
    one.write({ type: 'tool_arguments', item: 1, text });
    one.write({ type: 'text', item: 2, text });
    assert.throws(() => one.write({ type: 'text', item: 2, text: 'x' }), {
      code: 'upstream_bad_answer',
    });
  });

  it('calls are bounded', () => {
    const one = encoder();
    one.write(START);
    for (let item = 0; item < MAX_CALLS; item += 1) one.write(call(item));
    assert.throws(() => one.write(call(MAX_CALLS)), { code: 'upstream_bad_answer' });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnswerCollector, MAX_ANSWER_ITEMS } from '../../src/canonical/answer.ts';
import type { CanonicalEvent } from '../../src/canonical/events.ts';
import { countsOf } from '../../src/canonical/usage.ts';

function collected(events: CanonicalEvent[]): unknown {
  const collector = new AnswerCollector();
  for (const event of events) collector.add(event);
  return JSON.parse(JSON.stringify(collector.answer)) as unknown;
}

describe('collected answer', () => {
  it('joins deltas by item, in the order in which the items began', () => {
    const answer = collected([
      { type: 'start', id: 'r', model: 'm', created: 7 },
      { type: 'reasoning', item: 0, kind: 'summary', text: 'a' },
      { type: 'reasoning', item: 0, kind: 'summary', text: 'b' },
      { type: 'reasoning_part_done', item: 0 },
      { type: 'reasoning', item: 0, kind: 'summary', text: 'c' },
      { type: 'reasoning', item: 0, kind: 'raw', text: 'raw' },
      { type: 'item_done', item: 0, kind: 'reasoning', signature: 's' },
      { type: 'tool_call', item: 2, kind: 'function', id: 'c', name: 'f' },
      { type: 'text', item: 1, text: 'Hi' },
      { type: 'tool_arguments', item: 2, text: '{' },
      { type: 'text', item: 1, text: ' there' },
      { type: 'tool_arguments', item: 2, text: '}' },
      { type: 'image', item: 3, url: 'partial', partial: true },
      { type: 'image', item: 3, url: 'whole', partial: false },
      { type: 'usage', usage: { input: 3 } },
      { type: 'finish', reason: 'stop', usage: { input: undefined, output: 4 } },
      { type: 'end' },
    ]);
    assert.deepEqual(answer, {
      id: 'r',
      model: 'm',
      created: 7,
      items: [
        {
          type: 'reasoning',
          item: 0,
          choice: 0,
          summary: ['ab', 'c'],
          raw: 'raw',
          signature: 's',
        },
        {
          type: 'tool_call',
          item: 2,
          choice: 0,
          kind: 'function',
          id: 'c',
          name: 'f',
          arguments: '{}',
        },
        { type: 'text', item: 1, choice: 0, text: 'Hi there' },
        { type: 'image', item: 3, choice: 0, url: 'whole' },
      ],
      finishes: [{ type: 'finish', reason: 'stop', usage: { output: 4 } }],
      usage: { input: 3, output: 4 },
    });
  });

  it('keeps choices apart', () => {
    const { items } = collected([
      { type: 'text', item: 0, choice: 0, text: 'a' },
      { type: 'text', item: 0, choice: 1, text: 'b' },
    ]) as { items: { text: string }[] };
    assert.deepEqual(
      items.map(({ text }) => text),
      ['a', 'b'],
    );
  });

  it('refuses an answer without end', () => {
    const collector = new AnswerCollector();
    for (let item = 0; item < MAX_ANSWER_ITEMS; item += 1) {
      collector.add({ type: 'text', item, text: 'x' });
    }
    collector.add({ type: 'text', item: 0, text: 'x' });
    const more = (): void => collector.add({ type: 'text', item: MAX_ANSWER_ITEMS, text: 'x' });
    assert.throws(more, { code: 'upstream_bad_answer' });
  });

  it('counts what is missing as zero, the total as the sum', () => {
    assert.deepEqual(countsOf({ input: 3, output: 4 }), {
      inputTokens: 3,
      outputTokens: 4,
      cachedTokens: 0,
      reasoningTokens: 0,
      totalTokens: 7,
    });
  });
});

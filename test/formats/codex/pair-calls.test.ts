import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Message } from '../../../src/canonical/request.ts';
import { pairCalls } from '../../../src/formats/codex/pair-calls.ts';

const calls = (...ids: string[]): Message => ({
  role: 'assistant',
  content: ids.map((id) => ({
    type: 'tool_call',
    kind: 'function',
    id,
    name: 'f',
    arguments: '{}',
  })),
});
const result = (callId: string): Message => ({
  role: 'tool',
  content: [{ type: 'tool_result', callId, content: callId }],
});

/** Ids of calls (`>id`) and results (`<id`), in order. */
function pairedIds(...messages: Message[]): string[] {
  return pairCalls(messages, () => false).flatMap(({ content }) =>
    typeof content === 'string'
      ? []
      : content.flatMap((part) => {
          if (part.type === 'tool_call') return [`>${part.id}`];
          return part.type === 'tool_result' ? [`<${part.callId}`] : [];
        }),
  );
}

describe('calls and their results, 4.2', () => {
  it('a made id is never one the client uses', () => {
    const ids = pairedIds(calls('', 'call_missing_0_0'), result(''));
    assert.deepEqual(ids, ['>call_missing_0_0_1', '>call_missing_0_0', '<call_missing_0_0_1']);
  });

  it('a result that repeats a made id is paired with it', () => {
    const ids = pairedIds(calls(''), result('call_missing_0_0'));
    assert.deepEqual(ids, ['>call_missing_0_0', '<call_missing_0_0']);
  });

  it('a second result for one call is dropped', () => {
    assert.deepEqual(pairedIds(calls('a'), result('a'), result('a')), ['>a', '<a']);
  });

  it('an id used twice takes only its own calls with it', () => {
    const ids = pairedIds(calls('d', 'a', 'd'), result('d'), result('a'));
    assert.deepEqual(ids, ['>a', '<a']);
  });

  it('the same id may come again in a later turn', () => {
    const ids = pairedIds(calls('a'), result('a'), calls('a'), result('a'));
    assert.deepEqual(ids, ['>a', '<a', '>a', '<a']);
  });

  it('the messages it was given stay as they were', () => {
    const messages = [calls(''), result('')];
    const before = structuredClone(messages);
    pairCalls(messages, () => true);
    assert.deepEqual(messages, before);
  });
});

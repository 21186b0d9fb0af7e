/** Results right behind their calls. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resultsBehindCalls } from '../../src/canonical/call-order.ts';
import type { Message } from '../../src/canonical/request.ts';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const thought: Message = { role: 'assistant', content: [{ type: 'reasoning', summary: ['hm'] }] };
const call = (id: string): Message => ({
  role: 'assistant',
  content: [{ type: 'tool_call', id, kind: 'function', name: 'f', arguments: '{}' }],
});
const result = (callId: string): Message => ({
  role: 'tool',
  content: [{ type: 'tool_result', callId, content: 'done' }],
});

describe('resultsBehindCalls', () => {
  const cases: [name: string, given: Message[], expected: Message[]][] = [
    [
      'an ordinary conversation stays',
      [user('a'), call('1'), call('2'), result('2'), result('1'), assistant('b'), user('c')],
      [user('a'), call('1'), call('2'), result('2'), result('1'), assistant('b'), user('c')],
    ],
    [
      'the user waits until all results are told',
      [call('1'), call('2'), result('1'), user('a'), result('2'), user('b')],
      [call('1'), call('2'), result('1'), result('2'), user('a'), user('b')],
    ],
    [
      'what the assistant says beside its calls stays in their turn',
      [call('1'), assistant('a'), thought, call('2'), result('1'), result('2')],
      [call('1'), assistant('a'), thought, call('2'), result('1'), result('2')],
    ],
    [
      'what it says to the user who waits, waits too',
      [call('1'), user('a'), assistant('b'), result('1')],
      [call('1'), result('1'), user('a'), assistant('b')],
    ],
    ['calls without a result hold nothing up', [call('1'), user('a')], [call('1'), user('a')]],
    [
      'calls that share an id have a result each',
      [call('1'), call('1'), result('1'), user('a'), result('1')],
      [call('1'), call('1'), result('1'), result('1'), user('a')],
    ],
    [
      'an id that comes again has its own result',
      [call('1'), result('1'), call('1'), user('a'), result('1')],
      [call('1'), result('1'), call('1'), result('1'), user('a')],
    ],
  ];
  for (const [name, given, expected] of cases) {
    it(name, () => assert.deepEqual(resultsBehindCalls(given), expected));
  }
});

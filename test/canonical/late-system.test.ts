/** System text amid a conversation. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { splitMessages } from '../../src/canonical/late-system.ts';
import type { Message } from '../../src/canonical/request.ts';

const system = (content: string): Message => ({ role: 'system', content });
const developer = (content: string): Message => ({ role: 'developer', content });
const user = (content: string): Message => ({ role: 'user', content });
const call: Message = {
  role: 'assistant',
  content: [{ type: 'tool_call', id: 'c1', kind: 'function', name: 'f', arguments: '{}' }],
};
const result: Message = {
  role: 'tool',
  content: [{ type: 'tool_result', callId: 'c1', kind: 'function', content: 'done' }],
};
const reminder = (text: string): Message => ({
  role: 'user',
  content: [{ type: 'text', text: `<system-reminder>\n${text}\n</system-reminder>` }],
});

describe('splitMessages', () => {
  it('parts off what stands in front of the conversation', () => {
    const { system: front, conversation } = splitMessages([system('a'), developer('b'), user('c')]);
    assert.deepEqual(front, [system('a'), developer('b')]);
    assert.deepEqual(conversation, [user('c')]);
  });

  it('a late message stays in its place, so that the beginning stays the same', () => {
    const first = splitMessages([system('a'), user('b')]);
    const later = splitMessages([system('a'), user('b'), developer('c'), user('d')]);
    assert.deepEqual(later.system, first.system);
    assert.deepEqual(later.conversation, [...first.conversation, reminder('c'), user('d')]);
  });

  it('nothing comes between a call and its result', () => {
    const { conversation } = splitMessages([user('a'), call, developer('b'), result, user('c')]);
    assert.deepEqual(conversation, [user('a'), call, result, reminder('b'), user('c')]);
  });

  it('a late message without text is none', () => {
    const { conversation } = splitMessages([user('a'), developer(' '), user('b')]);
    assert.deepEqual(conversation, [user('a'), user('b')]);
  });

  it('the last message may be one', () => {
    const { conversation } = splitMessages([user('a'), developer('b')]);
    assert.deepEqual(conversation, [user('a'), reminder('b')]);
  });

  it('system text alone is no conversation', () => {
    assert.deepEqual(splitMessages([system('a')]), { system: [system('a')], conversation: [] });
  });
});

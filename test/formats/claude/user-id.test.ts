/** `metadata.user_id` of translated requests (translate-openai-claude.md 3.9). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { claudeUserId } from '../../../src/formats/claude/user-id.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';

type Json = Record<string, unknown>;

const hashed = (seed: string): string => createHash('sha256').update(seed).digest('hex');
const messages = [
  { role: 'system', content: 'S' },
  { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://e/x.png' } }] },
  {
    role: 'user',
    content: [
      { type: 'text', text: ' one ' },
      { type: 'text', text: 'two' },
    ],
  },
];
const chat = (body: Json): string => claudeUserId(chatClient.decodeRequest({ messages, ...body }));

describe('user ids for Anthropic', () => {
  it('the name that the client gives stays as it is', () => {
    assert.equal(chat({ metadata: { user_id: ' u ' }, user: 'v', prompt_cache_key: 'k' }), ' u ');
    assert.equal(chat({ metadata: { user_id: ' ' }, user: 'v' }), 'v');
  });

  it('else the first sign of a conversation is hashed', () => {
    const signs: [body: Json, seed: string][] = [
      [{ prompt_cache_key: ' k1 ' }, 'prompt_cache_key:k1'],
      [{ session_id: 's', sessionId: 't' }, 'session_id:s'],
      [{ sessionId: 't' }, 'session_id:t'],
      [{ conversation: { id: 'c' }, conversation_id: 'd' }, 'conversation_id:c'],
      [{ conversation: 'c' }, 'conversation_id:c'],
      [{ conversation_id: 'd' }, 'conversation_id:d'],
      [{}, 'content:one\ntwo'],
    ];
    let later: Json = {};
    for (const [body, seed] of signs.reverse()) {
      assert.equal(chat(body), hashed(seed), seed);
      // An earlier sign beats the later ones.
      later = { ...later, ...body };
      if (!('conversation' in body)) assert.equal(chat(later), hashed(seed), seed);
    }
  });

  it('without a word of the user what stands before the conversation is', () => {
    const system = [{ role: 'system', content: 'S' }];
    assert.equal(chat({ model: 'm', messages: system }), hashed('model:m;system:S'));
    const request = responsesClient.decodeRequest({ model: 'm', instructions: 'I', input: [] });
    assert.equal(claudeUserId(request), hashed('model:m;instructions:I'));
    assert.equal(chat({ messages: [] }), 'unknown');
  });
});

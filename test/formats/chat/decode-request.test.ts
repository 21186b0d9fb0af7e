import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeChatRequest } from '../../../src/formats/chat/decode-request.ts';
import { onWire } from './contexts.ts';

const decoded = (body: Record<string, unknown>): Record<string, unknown> =>
  onWire(decodeChatRequest(body)) as Record<string, unknown>;

describe('chat request to canonical', () => {
  it('keeps limits, sampling and identity for the upstreams that can use them', () => {
    const { options, identity, cache } = decoded({
      max_completion_tokens: 60,
      temperature: 0.2,
      top_p: 0.9,
      stop: 'X',
      seed: 7,
      n: 2,
      parallel_tool_calls: false,
      service_tier: 'flex',
      verbosity: 'low',
      user: 'u',
      metadata: { a: 'b' },
      prompt_cache_key: 'k',
      prompt_cache_retention: '24h',
    });
    assert.deepEqual(options, {
      maxOutputTokens: 60,
      temperature: 0.2,
      topP: 0.9,
      stop: ['X'],
      seed: 7,
      candidates: 2,
      parallelToolCalls: false,
      serviceTier: 'flex',
      verbosity: 'low',
    });
    assert.deepEqual(identity, { user: 'u', metadata: { a: 'b' } });
    assert.deepEqual(cache, { key: 'k', retention: '24h' });
  });

  it('keeps one message for each, whatever it is', () => {
    const { messages } = decoded({
      messages: [
        'odd',
        { role: 'assistant', content: 'a', reasoning_content: 'why', refusal: 'no' },
        { role: 'user', content: [{ type: 'text', text: 't', cache_control: { type: 'e' } }] },
      ],
    });
    assert.deepEqual(messages, [
      { role: '', content: [] },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', summary: ['why'] },
          { type: 'text', text: 'a' },
          { type: 'refusal', text: 'no' },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 't', cacheControl: { type: 'e' } }] },
    ]);
  });

  it('understands custom tools nested and flat, and function tools in the flat form', () => {
    const { tools } = decoded({
      tools: [
        {
          type: 'custom',
          custom: { name: 'p', format: { type: 'grammar', grammar: { syntax: 'lark' } } },
        },
        { type: 'custom', name: 'q', description: 'd' },
        { type: 'function', name: 'f', parameters: { type: 'object' } },
        { name: 'no type' },
        null,
      ],
    });
    assert.deepEqual(tools, [
      {
        type: 'custom',
        name: 'p',
        definition: { type: 'custom', name: 'p', format: { type: 'grammar', syntax: 'lark' } },
      },
      {
        type: 'custom',
        name: 'q',
        definition: { type: 'custom', name: 'q', description: 'd' },
      },
      { type: 'function', name: 'f', parameters: { type: 'object' } },
    ]);
  });

  it('reads a tool choice in every spelling', () => {
    const choice = (value: unknown): unknown => decoded({ tool_choice: value }).toolChoice;
    assert.deepEqual(choice('none'), { type: 'mode', mode: 'none' });
    assert.deepEqual(choice({ type: 'custom', custom: { name: 'p' } }), {
      type: 'tool',
      kind: 'custom',
      name: 'p',
    });
    const allowed = { type: 'allowed_tools', allowed_tools: {} };
    assert.deepEqual(choice(allowed), { type: 'verbatim', family: 'chat', value: allowed });
    assert.equal(choice(7), undefined);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Part } from '../../../src/canonical/parts.ts';
import type { CanonicalRequest, Message } from '../../../src/canonical/request.ts';
import { encodeChatRequest } from '../../../src/formats/chat/encode-request.ts';
import { vector } from '../vectors.ts';
import { onWire } from './contexts.ts';

function encoded(over: Partial<CanonicalRequest>, effort?: string): unknown {
  const request: CanonicalRequest = {
    model: 'x',
    stream: false,
    messages: [],
    tools: [],
    reasoning: {},
    options: {},
    cache: {},
    identity: {},
    ...over,
  };
  return onWire(encodeChatRequest(request, { model: 'm', stream: false, effort }));
}

const user = (text: string): Message => ({ role: 'user', content: text });
const assistant = (...content: Part[]): Message => ({ role: 'assistant', content });
const text = (value: string): Part => ({ type: 'text', text: value });
const reasoning = (...summary: string[]): Message => assistant({ type: 'reasoning', summary });
const call = (id: string, name: string, namespace?: string): Message =>
  assistant({ type: 'tool_call', kind: 'function', id, name, namespace, arguments: '{}' });
const result = (callId: string, content: string | Part[], wire?: unknown): Message => ({
  role: 'tool',
  content: [{ type: 'tool_result', kind: 'function', callId, content, wire }],
});

describe('canonical to chat, the vectors of 12.15 as canonical requests', () => {
  it('O03: items merge into one assistant message, user text waits for the outputs', () => {
    const messages = [
      user('q'),
      reasoning('why'),
      assistant(text('calling')),
      call('c1', 'f'),
      call('c2', 'g'),
      user('interrupt'),
      result('c1', '1'),
      result('c2', '2'),
    ];
    assert.deepEqual(encoded({ messages }), vector('O03').out);
  });

  it('O04: reasoning nobody can read', () => {
    const messages = [reasoning(), call('c', 'f'), result('c', '{"a":1}')];
    assert.deepEqual(encoded({ messages }), vector('O04').out);
  });

  it('differs: O05: the tool choice takes the chat form, Q7', () => {
    const request: Partial<CanonicalRequest> = {
      tools: [
        { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' } },
        { type: 'custom', name: 'patch', definition: { name: 'patch', description: 'p' } },
        { type: 'function', name: 'read', namespace: 'fs' },
        { type: 'builtin', family: 'responses', kind: 'web_search', definition: {} },
        { type: 'function', name: 'late', parameters: {} },
      ],
      toolChoice: { type: 'tool', kind: 'function', name: 'f' },
      options: { parallelToolCalls: false },
    };
    const out = vector('O05').out as Record<string, unknown>;
    assert.deepEqual(encoded(request), {
      ...out,
      tool_choice: { type: 'function', function: { name: 'f' } },
    });
  });

  it('O06: custom calls, namespaces and results with images', () => {
    const parts = [text('a'), text('b')];
    const image: Part[] = [{ type: 'image', url: 'u' }, text('cap')];
    const messages: Message[] = [
      assistant({ type: 'tool_call', kind: 'custom', id: 'c', name: 'patch', arguments: 'RAW' }),
      {
        role: 'tool',
        content: [{ type: 'tool_result', kind: 'custom', callId: 'c', content: parts }],
      },
      call('d', 'shot', 'ui'),
      result('d', image),
    ];
    assert.deepEqual(encoded({ messages }), vector('O06').out);
  });

  it('O07: tool settings need tools', () => {
    const messages = [user('x')];
    const toolChoice = { type: 'mode', mode: 'auto' } as const;
    const options = { parallelToolCalls: true };
    assert.deepEqual(encoded({ messages, toolChoice, options }), vector('O07').out);
  });

  it('O09: reasoning before a user message stands alone', () => {
    assert.deepEqual(encoded({ messages: [reasoning('r'), user('q')] }), vector('O09').out);
  });
});

describe('canonical to chat, other rules of 9.2', () => {
  const messagesOf = (messages: Message[]): unknown =>
    (encoded({ messages }) as { messages: unknown }).messages;

  it('equal reasoning is told once, the placeholder gives way', () => {
    const messages = [reasoning('a'), reasoning(), reasoning('a'), reasoning('b'), call('c', 'f')];
    const [first] = messagesOf(messages) as { reasoning_content: string }[];
    assert.equal(first?.reasoning_content, 'a\n\nb');
  });

  it('a turn with everything in one message becomes one message, results first', () => {
    const messages: Message[] = [
      assistant({ type: 'reasoning', summary: [], text: 'why' }, text('t'), {
        type: 'tool_call',
        kind: 'function',
        id: 'c',
        name: 'f',
        arguments: '{}',
      }),
      {
        role: 'user',
        content: [text('next'), { type: 'tool_result', callId: 'c', content: 'r' }],
      },
    ];
    assert.deepEqual(messagesOf(messages), [
      {
        role: 'assistant',
        content: [{ type: 'text', text: 't' }],
        reasoning_content: 'why',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'r' },
      { role: 'user', content: [{ type: 'text', text: 'next' }] },
    ]);
  });

  it('a call without a result holds nobody up', () => {
    const messages = [call('c', 'f'), user('a'), user('b')];
    assert.equal((messagesOf(messages) as unknown[]).length, 3);
  });

  it('an unknown item ends the joining of calls', () => {
    const unknown = assistant({ type: 'verbatim', family: 'responses', value: {} });
    assert.equal((messagesOf([call('a', 'f'), unknown, call('b', 'f')]) as unknown[]).length, 2);
  });

  it('a function result without images is the JSON text the client sent', () => {
    const wire = [{ type: 'input_text', text: 'a' }];
    const [, tool] = messagesOf([call('c', 'f'), result('c', [text('a')], wire)]) as {
      content: unknown;
    }[];
    assert.equal(tool?.content, JSON.stringify(wire));
  });

  it('instructions, limits, format and effort', () => {
    const out = encoded(
      {
        instructions: '',
        messages: [{ role: 'developer', content: 'D' }],
        options: { maxOutputTokens: 9, temperature: 0.4 },
        output: { type: 'json_schema', name: 'n', schema: {} },
      },
      'high',
    );
    assert.deepEqual(out, {
      model: 'm',
      messages: [
        { role: 'system', content: '' },
        { role: 'system', content: 'D' },
      ],
      stream: false,
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {} } },
      max_tokens: 9,
      reasoning_effort: 'high',
    });
  });

  it('8.4: a tool choice by the name of a child means the child', () => {
    const out = encoded({
      tools: [{ type: 'function', name: 'read', namespace: 'fs' }],
      toolChoice: { type: 'tool', kind: 'function', name: 'read' },
    }) as { tool_choice: unknown };
    assert.deepEqual(out.tool_choice, { type: 'function', function: { name: 'fs__read' } });
  });
});

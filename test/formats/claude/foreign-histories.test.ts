/** Histories that OpenAI takes and Anthropic refuses, written so that it takes them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { claudeUpstream } from '../../../src/formats/claude/upstream.ts';
import type { ClientSide } from '../../../src/formats/hub.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';
import { onWire, requestContext } from '../chat/contexts.ts';

type Json = Record<string, unknown>;

/** Blocks of each turn, without cache marks. */
function turns(client: ClientSide, body: Json): [role: unknown, content: unknown][] {
  const context = requestContext({ model: 'claude-opus-4-6' });
  const sent = claudeUpstream.encodeRequest(client.decodeRequest(body), context, client.format);
  const { messages } = onWire(sent) as { messages: Json[] };
  return messages.map(({ role, content }) => {
    const blocks = (content as Json[]).map(({ cache_control: _, ...block }) => block);
    return [role, blocks];
  });
}

const said = (text: string): Json => ({ type: 'text', text });
const use = (id: string): Json => ({ type: 'tool_use', id, name: 'f', input: {} });
const answer = (id: string, content: string): Json => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
});

describe('calls that share an id', () => {
  const call = (id: string): Json => ({
    role: 'assistant',
    tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '{}' } }],
  });
  const result = (id: string, content: string): Json => ({
    role: 'tool',
    tool_call_id: id,
    content,
  });
  const user = { role: 'user', content: 'go' };
  const first = [user, call('c.0'), result('c.0', 'one')];
  const second = [...first, call('c.0'), result('c.0', 'two')];

  it('every call keeps its own result', () => {
    assert.deepEqual(turns(chatClient, { messages: second }), [
      ['user', [said('go')]],
      ['assistant', [use('c_0')]],
      ['user', [answer('c_0', 'one')]],
      ['assistant', [use('c_0_1')]],
      ['user', [answer('c_0_1', 'two')]],
    ]);
  });

  it('the next turn does not change those before it', () => {
    const before = turns(chatClient, { messages: first });
    assert.deepEqual(turns(chatClient, { messages: second }).slice(0, before.length), before);
  });

  it('parallel calls get their results in order', () => {
    const both = { role: 'assistant', tool_calls: [call('x'), call('x')].flatMap(callsOf) };
    const messages = [user, both, result('x', 'one'), result('x', 'two')];
    assert.deepEqual(turns(chatClient, { messages }).slice(1), [
      ['assistant', [use('x'), use('x_1')]],
      ['user', [answer('x', 'one'), answer('x_1', 'two')]],
    ]);
  });

  it('7.1: a result that is sent again replaces the first one', () => {
    const messages = [...first, result('c.0', 'again')];
    assert.deepEqual(turns(chatClient, { messages }).at(-1), ['user', [answer('c_0', 'again')]]);
  });
});

const callsOf = ({ tool_calls: calls }: Json): Json[] => calls as Json[];

describe('a user who breaks in', () => {
  const go = {
    role: 'user',
    content: [
      { type: 'input_text', text: 'go' },
      { type: 'input_text', text: '!' },
    ],
  };
  const stop = {
    role: 'user',
    content: [
      { type: 'input_text', text: 'stop' },
      { type: 'input_text', text: '.' },
    ],
  };
  const reasoning = {
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: 'hm' }],
    encrypted_content: 'EgQKAggL',
  };

  it('while a tool runs: the result comes first', () => {
    const input = [
      go,
      { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
      stop,
      { type: 'function_call_output', call_id: 'a', output: 'one' },
    ];
    assert.deepEqual(turns(responsesClient, { input }), [
      ['user', [said('go'), said('!')]],
      ['assistant', [use('a')]],
      ['user', [answer('a', 'one'), said('stop'), said('.')]],
    ]);
  });

  it('while the model thinks: no turn ends with thinking', () => {
    const input = [go, reasoning, stop];
    assert.deepEqual(turns(responsesClient, { input }), [
      ['user', [said('go'), said('!'), said('stop'), said('.')]],
    ]);
  });

  it('thinking that led to a call stays', () => {
    const input = [
      go,
      reasoning,
      { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: 'one' },
    ];
    const thinking = { type: 'thinking', thinking: 'hm', signature: 'EgQKAggL' };
    assert.deepEqual(turns(responsesClient, { input })[1], ['assistant', [thinking, use('a')]]);
  });
});

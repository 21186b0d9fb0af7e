/** A budget of thinking and turns that began without it, which Anthropic refuses together. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claudeModel } from '../../../src/formats/claude/models.ts';
import type { ClientFormat, RequestContext } from '../../../src/formats/format.ts';
import { pairFor } from '../../../src/formats/pairs.ts';
import { requestContext } from '../chat/contexts.ts';

type Json = Record<string, unknown>;

const MODEL = 'claude-sonnet-4-5-20250929';

function thinkingOf(client: ClientFormat, body: Json, over: Partial<RequestContext> = {}): unknown {
  const capability = over.capability ?? claudeModel(over.model ?? MODEL)?.thinking;
  assert.ok(capability);
  const context = requestContext({ model: MODEL, capability, ...over });
  const bytes = pairFor(client, 'claude')?.encodeRequest(
    Buffer.from(JSON.stringify(body)),
    context,
  );
  const sent = JSON.parse(Buffer.from(bytes ?? []).toString()) as Json;
  return (sent['thinking'] as Json | undefined)?.['type'];
}

const user = (text: string): Json => ({ role: 'user', parts: [{ text }] });
const gemini = (...contents: Json[]): Json => ({
  contents,
  generationConfig: { thinkingConfig: { thinkingBudget: 8192, includeThoughts: true } },
});
const call = { role: 'model', parts: [{ functionCall: { id: 'c', name: 'f', args: {} } }] };
const result = {
  role: 'user',
  parts: [{ functionResponse: { id: 'c', name: 'f', response: { result: 'r' } } }],
};

describe('a budget of thinking on Anthropic', () => {
  it('is asked for in a turn that begins, whatever came before', () => {
    assert.equal(thinkingOf('gemini', gemini(user('a'))), 'enabled');
    const later = gemini(
      user('a'),
      call,
      result,
      { role: 'model', parts: [{ text: 'b' }] },
      user('c'),
    );
    assert.equal(thinkingOf('gemini', later), 'enabled');
  });

  it('is left out where the open turn has calls and no thinking (Gemini CLI keeps none)', () => {
    const open = gemini(user('a'), call, result);
    assert.equal(thinkingOf('gemini', open), undefined);
    assert.equal(thinkingOf('gemini', gemini(user('a'), call, result, call, result)), undefined);
    const adaptive = thinkingOf('gemini', open, { model: 'claude-opus-4-6' });
    assert.equal(adaptive, 'adaptive', 'which has no such rule');
    assert.equal(thinkingOf('gemini', open, { keepsUnsigned: true }), 'enabled', 'other servers');
    const capability = { min: 1024, max: 9000 };
    assert.equal(thinkingOf('gemini', open, { model: 'glm-5', capability }), 'enabled', 'models');
  });

  it('is left out for chat clients as well', () => {
    const tool_calls = [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }];
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'I look', tool_calls },
      { role: 'tool', tool_call_id: 'c', content: 'r' },
    ];
    assert.equal(thinkingOf('openai', { messages, reasoning_effort: 'high' }), undefined);
    const [first] = messages;
    assert.equal(thinkingOf('openai', { messages: [first], reasoning_effort: 'high' }), 'enabled');
  });

  it('is left out for a Claude client whose thinking was another provider’s', () => {
    const turn = (...thinking: Json[]): Json => ({
      max_tokens: 9000,
      thinking: { type: 'enabled', budget_tokens: 8000 },
      messages: [
        { role: 'user', content: 'a' },
        {
          role: 'assistant',
          content: [...thinking, { type: 'tool_use', id: 'c', name: 'f', input: {} }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'r' }] },
      ],
    });
    const foreign = { type: 'thinking', thinking: 't', signature: 'foreign' };
    assert.equal(thinkingOf('claude', turn(foreign)), undefined);
    const redacted = { type: 'redacted_thinking', data: 'd' };
    assert.equal(thinkingOf('claude', turn(redacted)), 'enabled');
  });
});

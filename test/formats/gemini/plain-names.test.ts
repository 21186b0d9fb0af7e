/** Function names with dots and colons, which Google takes and other upstreams do not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/canonical/value.ts';
import type { UpstreamFormat } from '../../../src/formats/format.ts';
import { pairFor } from '../../../src/formats/pairs.ts';
import { requestContext, responseContext } from '../chat/contexts.ts';
import { chunksIn, partsIn } from '../../support/gemini.ts';
import { clientText } from '../streams.ts';

const ID = `mcp.server.read-1764512345678-${'0'.repeat(40)}`;

const BODY = {
  contents: [
    { role: 'user', parts: [{ text: 'Hi' }] },
    { role: 'model', parts: [{ functionCall: { id: ID, name: 'mcp.read', args: {} } }] },
    {
      role: 'user',
      parts: [{ functionResponse: { id: ID, name: 'mcp.read', response: { result: 'r' } } }],
    },
  ],
  tools: [{ functionDeclarations: [{ name: 'mcp.read' }, { name: 'mcp:read' }, { name: 'b' }] }],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['mcp.read'] } },
};
const BYTES = Buffer.from(JSON.stringify(BODY));

const event = (data: JsonObject): string => {
  const name = typeof data.type === 'string' ? `event: ${data.type}\n` : '';
  return `${name}data: ${JSON.stringify(data)}\n\n`;
};

/** An answer of each upstream with one call. */
const ANSWERS: Partial<Record<UpstreamFormat, (name: string) => JsonObject[]>> = {
  openai: (name) => {
    const tool_calls = [
      { index: 0, id: 'c', type: 'function', function: { name, arguments: '{}' } },
    ];
    return [
      { choices: [{ index: 0, delta: { tool_calls } }] },
      { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
    ];
  },
  codex: (name) => {
    const item = { type: 'function_call', id: 'fc_1', call_id: 'c', name, arguments: '{}' };
    const response = { id: 'r', status: 'completed', output: [item] };
    return [
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response },
    ];
  },
  claude: (name) => [
    { type: 'message_start', message: { id: 'msg_1', model: 'm', usage: {} } },
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'tool_use', id: 'c', name, input: {} },
    },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: {} },
    { type: 'message_stop' },
  ],
};

/** All names of a body, wherever they stand. */
function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'name' && typeof member === 'string' ? [member] : namesIn(member),
  );
}

for (const [format, answer] of Object.entries(ANSWERS)) {
  describe(`names of Gemini clients on ${format}`, () => {
    const pair = pairFor('gemini', format as UpstreamFormat);
    assert.ok(pair);
    const sent = JSON.parse(
      Buffer.from(pair.encodeRequest(BYTES, requestContext())).toString(),
    ) as JsonObject;
    const names = namesIn(sent);

    it('are what the upstream takes, each function its own', () => {
      for (const name of names) assert.match(name, /^[A-Za-z0-9_-]{1,64}$/);
      const declared = namesIn(sent.tools);
      assert.equal(new Set(declared).size, 3);
      assert.ok(declared.includes('b'));
      assert.equal(namesIn(sent.tool_choice)[0], declared[0], 'the choice names a tool');
      const history = namesIn(sent.messages ?? sent.input);
      assert.equal(history[0], declared[0], 'the history, too');
    });

    it('are the client’s own in the answer', () => {
      for (const [index, own] of ['mcp.read', 'mcp:read', 'b'].entries()) {
        const events = answer(namesIn(sent.tools)[index] ?? '')
          .map(event)
          .join('');
        const context = responseContext({ requestBody: BYTES, upstreamBody: BYTES });
        const text = clientText(pair.response(context), [Buffer.from(`${events}data: [DONE]\n\n`)]);
        assert.deepEqual(
          partsIn(chunksIn(text)).map(({ functionCall: call }) => call?.name),
          [own],
        );
      }
    });
  });
}

describe('ids of Gemini clients on Codex', () => {
  it('have at most 64 characters, call and result the same', () => {
    const bytes = pairFor('gemini', 'codex')?.encodeRequest(BYTES, requestContext());
    const { input } = JSON.parse(Buffer.from(bytes ?? []).toString()) as { input: JsonObject[] };
    const [, call, result] = input;
    assert.ok(String(call?.call_id).length <= 64);
    assert.equal(result?.call_id, call?.call_id);
  });
});

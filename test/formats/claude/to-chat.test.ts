import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claudeClient } from '../../../src/formats/claude/client.ts';
import { chatForClaude } from '../../../src/formats/claude/to-chat.ts';
import type { RequestContext } from '../../../src/formats/format.ts';
import { onWire, requestContext } from '../chat/contexts.ts';
import { vector, vectors } from '../vectors.ts';

type Json = Record<string, unknown>;

/** A proof in the form that OpenAI issues. */
const PROOF =
  'gAAAAAABAgMEAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw';

const sent = (body: Json, over: Partial<RequestContext> = {}): Json =>
  onWire(
    chatForClaude.encodeRequest(claudeClient.decodeRequest(body), requestContext(over), 'claude'),
  ) as Json;

/** Vectors where Switchyard does something else than the reference. */
const DIFFERS: Record<string, { why: string; change: Json }> = {
  M07: {
    why: 'a tool without a schema gets an empty one, as functions of all other clients do',
    change: {
      tools: [
        {
          type: 'function',
          function: {
            name: 'f',
            description: 'd',
            parameters: { properties: {}, required: [], type: 'object' },
          },
        },
        { type: 'function', function: { name: 'web_search', description: '', parameters: {} } },
      ],
    },
  },
  M08: {
    why: 'a choice without tools is left out, because upstreams refuse it; one text is a string',
    change: {
      tool_choice: undefined,
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://e/x' } }] },
        { role: 'user', content: '<system-reminder>\nR\n</system-reminder>' },
      ],
    },
  },
};

describe('claude to chat upstream, request vectors', () => {
  for (const { id, note, model, stream, in: body, out } of vectors('req', 'M')) {
    const differs = DIFFERS[id];
    const name = differs === undefined ? note : `differs: ${differs.why} (${note})`;
    it(`${id}: ${name}`, () => {
      const expected = { ...(out as Json), ...differs?.change };
      // 9.1: the executor asks for the usage of a stream.
      if (stream) expected.stream_options = { include_usage: true };
      assert.deepEqual(sent(body, { model, stream }), onWire(expected));
    });
  }

  it('M06: compatibility mode keeps all thinking text, without it goes to nobody', () => {
    const { in: body, out } = vector('M06');
    const context = { model: 'm', stream: false };
    assert.deepEqual(sent(body, { ...context, keepsUnsigned: true }), out);
    const { messages } = sent(body, context);
    const call = { id: 't', type: 'function', function: { name: 'f', arguments: '{}' } };
    assert.deepEqual(messages, [{ role: 'assistant', content: '', tool_calls: [call] }]);
  });

  it('Q6: tool choice none stays none', () => {
    const tools = [{ name: 'f' }];
    const body = sent({ messages: [], tools, tool_choice: { type: 'none' } });
    assert.equal(body.tool_choice, 'none');
  });

  it('one call at a time, when the client wants it so (the reference drops the wish)', () => {
    const tool_choice = { type: 'any', disable_parallel_tool_use: true };
    const body = sent({ messages: [], tools: [{ name: 'f' }], tool_choice });
    assert.equal(body.parallel_tool_calls, false);
    assert.equal(body.tool_choice, 'required');
  });

  it('a demanded form of the answer has the name that OpenAI wants', () => {
    const schema = { type: 'object', properties: {} };
    const { response_format } = sent({
      messages: [],
      output_config: { format: { type: 'json_schema', schema } },
    });
    assert.deepEqual(response_format, {
      type: 'json_schema',
      json_schema: { name: 'response', schema },
    });
  });

  it('3.11: every object of a schema has properties', () => {
    const nested = { type: 'array', items: { type: 'object' } };
    const input_schema = { type: 'object', properties: { list: nested } };
    const { tools } = sent({ messages: [], tools: [{ name: 'f', input_schema }] });
    const items = { type: 'object', properties: {} };
    assert.deepEqual(tools, [
      {
        type: 'function',
        function: {
          name: 'f',
          description: '',
          parameters: { type: 'object', properties: { list: { type: 'array', items } } },
        },
      },
    ]);
  });

  it('the words of a user are the same bytes with the cache mark of Claude Code and without', () => {
    const marked = { type: 'text', text: 'q', cache_control: { type: 'ephemeral' } };
    const now = sent({ messages: [{ role: 'user', content: [marked] }] }).messages as Json[];
    const later = sent({
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: [{ type: 'text', text: 'a' }] },
        { role: 'user', content: [marked] },
      ],
    }).messages as Json[];
    assert.deepEqual(now, later.slice(0, 1));
    assert.deepEqual(now, [{ role: 'user', content: 'q' }]);
  });

  it('a PDF that a tool gives back is told of, beside a picture too', () => {
    const source = { type: 'base64', media_type: 'application/pdf', data: 'AA' };
    const pdf = { type: 'document', source };
    const image = { type: 'image', source: { ...source, media_type: 'image/png' } };
    const note = '[file omitted: unsupported by upstream]';
    const contentOf = (content: Json[]): unknown => {
      const result = { type: 'tool_result', tool_use_id: 't', content };
      const { messages } = sent({ messages: [{ role: 'user', content: [result] }] });
      return (messages as Json[])[0]?.content;
    };
    assert.equal(contentOf([pdf]), note);
    assert.deepEqual(contentOf([image, pdf]), [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
      { type: 'text', text: note },
    ]);
  });

  it('thinking without a word leaves nothing behind', () => {
    const thinking = { type: 'thinking', thinking: '', signature: PROOF };
    const said = { type: 'text', text: 'a' };
    const assistant = (...content: Json[]): Json => ({ role: 'assistant', content });
    const { messages } = sent({ messages: [assistant(thinking), assistant(thinking, said)] });
    assert.deepEqual(messages, [assistant(said)]);
  });

  it('tools of Anthropic that the client runs have their schema, sets of tools are left out', () => {
    const { tools } = sent({
      messages: [],
      tools: [
        { type: 'memory_20250818', name: 'memory' },
        { type: 'mcp_toolset', mcp_server_name: 's' },
      ],
    });
    const [memory, ...others] = tools as { function: { name: string; parameters: Json } }[];
    assert.equal(memory?.function.name, 'memory');
    assert.deepEqual(memory.function.parameters.required, ['command']);
    assert.deepEqual(others, []);
  });

  it('neighbours of one role are one turn for Anthropic: results still follow their calls', () => {
    const text = (value: string): Json => ({ type: 'text', text: value });
    const use = (id: string): Json => ({ type: 'tool_use', id, name: 'f', input: {} });
    const result = (id: string): Json => ({ type: 'tool_result', tool_use_id: id, content: id });
    const { messages } = sent({
      messages: [
        { role: 'assistant', content: [text('one'), use('A')] },
        { role: 'assistant', content: [text('two'), use('B')] },
        { role: 'user', content: [result('A'), text('three')] },
        { role: 'user', content: [result('B'), text('four')] },
      ],
    });
    const call = (id: string): Json => ({
      id,
      type: 'function',
      function: { name: 'f', arguments: '{}' },
    });
    assert.deepEqual(messages, [
      {
        role: 'assistant',
        content: [text('one'), text('two')],
        tool_calls: [call('A'), call('B')],
      },
      { role: 'tool', tool_call_id: 'A', content: 'A' },
      { role: 'tool', tool_call_id: 'B', content: 'B' },
      { role: 'user', content: [text('three'), text('four')] },
    ]);
  });

  it('an assistant message with calls alone has content, which some upstreams demand', () => {
    const content = [{ type: 'tool_use', id: 't', name: 'f', input: {} }];
    const { messages } = sent({ messages: [{ role: 'assistant', content }] });
    const call = { id: 't', type: 'function', function: { name: 'f', arguments: '{}' } };
    assert.deepEqual(messages, [{ role: 'assistant', content: '', tool_calls: [call] }]);
  });
});

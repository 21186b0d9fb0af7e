import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThinkingCapability } from '../../../src/credentials/record.ts';
import { claudeClient } from '../../../src/formats/claude/client.ts';
import { codexForClaude } from '../../../src/formats/claude/to-codex.ts';
import type { RequestContext } from '../../../src/formats/format.ts';
import { onWire, requestContext } from '../chat/contexts.ts';
import { vector, vectors } from '../vectors.ts';

type Json = Record<string, unknown>;

const sent = (body: Json, over: Partial<RequestContext> = {}): Json =>
  onWire(
    codexForClaude.encodeRequest(claudeClient.decodeRequest(body), requestContext(over), 'claude'),
  ) as Json;

/** What the reference's expectation becomes on the wire: without tools no parallel calls (10.1, 8). */
function wire(out: unknown, changes: Json = {}): unknown {
  const body = { ...(out as Json), ...changes };
  if (body.tools === undefined) delete body.parallel_tool_calls;
  return onWire(body);
}

const emptySchema = { type: 'object', properties: {} };

const message = (role: string, ...content: Json[]): Json => ({ type: 'message', role, content });

/** Vectors where Switchyard says more than the reference; the whole expected members. */
const DIFFERS: Record<string, { why: string; change: Json }> = {
  F10: {
    why: 'URL images are passed on (Q9), and text documents as text',
    change: {
      input: [
        message(
          'user',
          { type: 'input_image', image_url: 'data:image/png;base64,AA' },
          { type: 'input_image', image_url: 'https://e/x.png' },
          {
            type: 'input_file',
            file_data: 'data:application/pdf;base64,BB',
            filename: 'document.pdf',
          },
          { type: 'input_text', text: 'txt' },
        ),
      ],
    },
  },
  F20: {
    why: 'members that only Anthropic knows are not sent: Codex refuses unknown ones',
    change: {
      tools: [
        { type: 'function', name: 'computer', parameters: emptySchema, strict: false },
        { type: 'web_search' },
        { type: 'function', name: 'web_fetch', parameters: emptySchema, strict: false },
      ],
    },
  },
  F22: {
    why: 'one name for each distinct name, Q15',
    change: {
      input: [{ type: 'function_call', call_id: 't', name: 'x', arguments: '{}' }],
      tools: [
        { type: 'function', name: 'x', parameters: emptySchema, strict: false },
        { type: 'function', name: 'x', parameters: emptySchema, strict: false },
      ],
    },
  },
};

describe('claude to codex, request vectors', () => {
  for (const { id, note, model, stream, in: body, out } of vectors('req', 'F')) {
    const differs = DIFFERS[id];
    const name = differs === undefined ? note : `differs: ${differs.why} (${note})`;
    it(`${id}: ${name}`, () => {
      assert.deepEqual(sent(body, { model, stream }), wire(out, differs?.change));
    });
  }

  it('key order is always the same: prompt caches depend on it', () => {
    const body = { messages: [], tools: [{ name: 'f' }], thinking: { type: 'adaptive' } };
    assert.deepEqual(Object.keys(sent(body)), [
      'instructions',
      'stream',
      'reasoning',
      'parallel_tool_calls',
      'include',
      'model',
      'input',
      'tools',
      'tool_choice',
      'store',
    ]);
  });
});

describe('claude to codex, thinking', () => {
  const capability: ThinkingCapability = { levels: ['low', 'medium', 'high', 'xhigh'] };
  for (const id of ['T07', 'T08']) {
    const { note, model, in: body, out } = vector(id);
    it(`${id}: ${note}`, () => {
      assert.deepEqual(sent(body, { model, capability }), wire(out));
    });
  }

  it('6.1: an amount that the model decides is the default of the model', () => {
    for (const thinking of [
      { type: 'enabled' },
      { type: 'enabled', budget_tokens: -1 },
      { type: 'enabled', budget_tokens: -9 },
    ]) {
      assert.deepEqual(sent({ messages: [], thinking }).reasoning, { effort: 'medium' });
      assert.deepEqual(sent({ messages: [], thinking }, { capability }).reasoning, {
        effort: 'medium',
      });
    }
  });

  it('3.5: a summary is asked for with display summarized alone', () => {
    const thinking = (display?: string): Json => ({
      messages: [],
      thinking: { type: 'enabled', budget_tokens: 9000, display },
    });
    assert.deepEqual(sent(thinking('omitted')).reasoning, { effort: 'high' });
    assert.deepEqual(sent(thinking()).reasoning, { effort: 'high' });
    assert.deepEqual(sent(thinking('summarized')).reasoning, { effort: 'high', summary: 'auto' });
  });

  it('15.1: the suffix of the model beats the body', () => {
    const body = { messages: [], thinking: { type: 'disabled' } };
    assert.deepEqual(sent(body, { thinking: 'low' }).reasoning, { effort: 'low' });
  });
});

describe('claude to codex, beyond the vectors', () => {
  it('codex vector 58: long ids are cut, the call and its result alike', () => {
    const id = `toolu_${'x'.repeat(70)}`;
    const short = `toolu_${'x'.repeat(41)}_c6477b721ee79d4a`;
    const { input } = sent({
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id, name: 'f', input: { a: 1 } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'r' }] },
      ],
    });
    assert.deepEqual(input, [
      { type: 'function_call', call_id: short, name: 'f', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: short, output: 'r' },
    ]);
  });

  it('pictures of a document, and what Anthropic made of a conversation', () => {
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: 'AA' },
    };
    const content = [{ type: 'text', text: 'page' }, image];
    const { input } = sent({
      messages: [
        { role: 'assistant', content: [{ type: 'compaction', content: 'summary' }] },
        { role: 'user', content: [{ type: 'document', source: { type: 'content', content } }] },
      ],
    });
    assert.deepEqual(
      (input as { content: Json[] }[]).map((item) => item.content),
      [
        [{ type: 'output_text', text: 'summary' }],
        [
          { type: 'input_text', text: 'page' },
          { type: 'input_image', image_url: 'data:image/png;base64,AA' },
        ],
      ],
    );
  });

  it('only neighbours with calls or results become one message, others stay apart', () => {
    const result = { type: 'tool_result', tool_use_id: 't', content: 'r' };
    const { input } = sent({
      messages: [
        { role: 'user', content: 'one' },
        { role: 'user', content: 'two' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] },
        { role: 'user', content: [result] },
        { role: 'user', content: 'three' },
        { role: 'user', content: 'four' },
      ],
    });
    assert.deepEqual(
      (input as Json[]).map(({ type }) => type),
      ['message', 'message', 'function_call', 'function_call_output', 'message', 'message'],
    );
  });

  it('a tool that gives back a PDF, and blocks nobody else knows', () => {
    const source = { type: 'base64', media_type: 'application/pdf', data: 'QQ' };
    const { input } = sent({
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 't',
              content: [
                { type: 'document', source },
                { type: 'tool_reference', tool_name: 'f' },
              ],
            },
            { type: 'document', source: { type: 'url', url: 'https://e/a.pdf' } },
            {
              type: 'document',
              source: { type: 'content', content: [{ type: 'text', text: 'page' }] },
            },
            { type: 'image', source: { type: 'file', file_id: 'file_1' } },
          ],
        },
      ],
    });
    const file_data = 'data:application/pdf;base64,QQ';
    assert.deepEqual(input, [
      {
        type: 'function_call_output',
        call_id: 't',
        output: [
          { type: 'input_file', file_data, filename: 'document.pdf' },
          { type: 'input_text', text: '{"type":"tool_reference","tool_name":"f"}' },
        ],
      },
      message(
        'user',
        { type: 'input_file', file_url: 'https://e/a.pdf' },
        { type: 'input_text', text: 'page' },
      ),
    ]);
  });

  it('a demanded form of the answer, old and new spelling', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    const format = { type: 'json_schema', schema };
    const text = { format: { type: 'json_schema', name: 'response', schema } };
    assert.deepEqual(sent({ messages: [], output_config: { format } }).text, text);
    assert.deepEqual(sent({ messages: [], output_format: format }).text, text);
  });

  it('tools of Anthropic that the client runs have their schema, sets of tools are left out', () => {
    const { tools } = sent({
      messages: [],
      tools: [
        { type: 'bash_20250124', name: 'bash' },
        { type: 'mcp_toolset', mcp_server_name: 's' },
      ],
    });
    const [bash, ...others] = tools as { name: string; parameters: Json }[];
    assert.equal(bash?.name, 'bash');
    assert.deepEqual(Object.keys(bash.parameters.properties as Json), ['command', 'restart']);
    assert.deepEqual(others, []);
    const none = sent({ messages: [], tools: [{ type: 'mcp_toolset', mcp_server_name: 's' }] });
    assert.equal('tools' in none, false);
    assert.equal('tool_choice' in none, false);
  });

  it('no tools: neither a choice nor parallel calls', () => {
    const body = sent({ messages: [], tools: [], tool_choice: { type: 'auto' } });
    assert.equal('tools' in body || 'tool_choice' in body || 'parallel_tool_calls' in body, false);
  });

  it('F19: compatibility mode keeps unsigned thinking, without it goes to nobody', () => {
    const { in: body, out } = vector('F19');
    assert.deepEqual(sent(body, { keepsUnsigned: true }), wire(out));
    const { input } = sent(body);
    assert.deepEqual(input, [message('assistant', { type: 'output_text', text: 'p' })]);
  });

  it('messages that are no list are refused', () => {
    assert.throws(() => sent({ messages: 'hi' }), { code: 'invalid_request', status: 400 });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { encodeClaudeRequest } from '../../../src/formats/claude/encode-request.ts';
import { claudeUpstream } from '../../../src/formats/claude/upstream.ts';
import type { ClientSide } from '../../../src/formats/hub.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';
import { claudeModel } from '../../../src/formats/claude/models.ts';
import { onWire, requestContext } from '../chat/contexts.ts';
import { vector, vectors } from '../vectors.ts';

type Json = Record<string, unknown>;

const text = (value: string): Json => ({ type: 'text', text: value });
const user = (content: unknown): Json => ({ role: 'user', content });
const NO_SCHEMA = { type: 'object', properties: {} };

/** Vectors where Switchyard decides differently from the reference. */
const DIFFERS: Record<string, { why: string; change(out: Json): Json }> = {
  I12: {
    why: 'Anthropic refuses an empty text, so the last of the system text is the user’s',
    change: ({ system, ...out }) => ({ ...out, messages: [user(system)] }),
  },
  I13: {
    why: 'a tool without a schema gets an empty one, which Anthropic demands',
    change: (out) => ({
      ...out,
      tools: (out.tools as Json[]).map((tool) => ({ input_schema: NO_SCHEMA, ...tool })),
    }),
  },
  I19: {
    why: 'a custom call stays in the history, because a result without its call is refused',
    change: (out) => ({
      ...out,
      messages: [
        user([text('q')]),
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'a', name: 'p', input: { input: 'x' } }],
        },
        user([{ type: 'tool_result', tool_use_id: 'a', content: 'r' }]),
      ],
    }),
  },
  I20: {
    why: 'null counts as missing, Q14',
    change: ({ stop_sequences: _, ...out }) => ({ ...out, max_tokens: 32_000 }),
  },
  K02: {
    why: 'a string is one message, Q1',
    change: (out) => ({ ...out, messages: [user('Hi')] }),
  },
  K05: {
    why: 'an explicit role wins, Q16; so both items are one turn',
    change: (out) => ({
      ...out,
      messages: [
        user([
          text('I speak as assistant'),
          ...((out.messages as { content: unknown }[])[1]?.content as Json[]),
        ]),
      ],
    }),
  },
  K09: {
    why: 'the chat spelling of a text part is understood',
    change: (out) => ({ ...out, messages: [user([text('plain'), text('kept')])] }),
  },
};

function translated(client: ClientSide, id: string): unknown {
  const { model, stream, in: body } = vector(id);
  const [base = '', suffix] = model.split(/[()]/);
  const capability = claudeModel(base)?.thinking;
  const context = requestContext({
    model: base,
    thinking: suffix,
    stream: stream === true,
    ...(capability !== undefined && { capability }),
  });
  return onWire(encodeClaudeRequest(client.decodeRequest(body), context, client.format));
}

for (const [name, client, letter] of [
  ['chat', chatClient, 'I'],
  ['Responses', responsesClient, 'K'],
] as const) {
  describe(`${name} to Claude, request vectors`, () => {
    for (const { id, note, out } of vectors('req', letter)) {
      const differs = DIFFERS[id];
      it(`${id}: ${differs === undefined ? note : `differs: ${differs.why} (${note})`}`, () => {
        assert.deepEqual(translated(client, id), differs?.change(out as Json) ?? out);
      });
    }
  });
}

describe('chat to Claude, thinking vectors', () => {
  for (const id of ['T09', 'T10']) {
    it(`${id}: ${vector(id).note}`, () => {
      assert.deepEqual(translated(chatClient, id), vector(id).out);
    });
  }
});

describe('an upstream that takes unsigned thinking (`is-compat`)', () => {
  const sent = (client: ClientSide, body: Json, more: object): Json =>
    onWire(
      encodeClaudeRequest(
        client.decodeRequest(body),
        requestContext({ model: 'claude-opus-4-6', stream: false, ...more }),
        client.format,
      ),
    ) as Json;

  it(`I17: ${vector('I17').note}; elsewhere it is left out`, () => {
    const { in: body, out } = vector('I17');
    assert.deepEqual(sent(chatClient, body, { keepsUnsigned: true }), out);
    const { messages } = sent(chatClient, body, {});
    assert.deepEqual((messages as Json[])[1], { role: 'assistant', content: [text('x')] });
  });

  it('3.8: a Responses client’s reasoning keeps whatever proof it has', () => {
    const reasoning = (more: object) => ({
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'r' }],
      ...more,
    });
    const input = [
      user('q'),
      reasoning({ encrypted_content: 'opaque' }),
      reasoning({}),
      { type: 'reasoning', summary: [] },
    ];
    const { messages } = sent(responsesClient, { input }, { keepsUnsigned: true });
    assert.deepEqual((messages as Json[])[1]?.['content'], [
      { type: 'thinking', thinking: 'r', signature: 'opaque' },
      { type: 'thinking', thinking: 'r', signature: '' },
    ]);
  });
});

describe('body for the Anthropic upstream', () => {
  const capability = claudeModel('claude-opus-4-6')?.thinking;
  const sent = (body: Json): Json => {
    const context = requestContext({ model: 'claude-opus-4-6', stream: false, capability });
    const request = chatClient.decodeRequest(body);
    return onWire(claudeUpstream.encodeRequest(request, context, 'openai')) as Json;
  };
  const tools = [{ type: 'function', function: { name: 'f' } }];
  const question = [user('q')];

  it('8.3: of tools with one name a direct one wins, in its own place', () => {
    const declared = [
      { type: 'namespace', name: 'fs', tools: [{ type: 'function', name: 'read' }] },
      { type: 'function', name: 'g' },
      { type: 'function', name: 'fs__read', description: 'direct', parametersJsonSchema: {} },
    ];
    const request = responsesClient.decodeRequest({ input: 'q', tools: declared });
    const context = requestContext({ model: 'claude-opus-4-6' });
    const { tools: encoded } = claudeUpstream.encodeRequest(request, context, 'openai-response');
    const names = (encoded as Json[]).map(({ name, description }) => [name, description]);
    assert.deepEqual(names, [
      ['g', ''],
      ['fs__read', 'direct'],
    ]);
  });

  it('without a limit it is the default, or what the model can do', () => {
    const context = requestContext({ model: 'claude-3-5-haiku-20241022' });
    const request = chatClient.decodeRequest({ messages: question });
    assert.equal(claudeUpstream.encodeRequest(request, context, 'openai').max_tokens, 8192);
    assert.equal(sent({ messages: question }).max_tokens, 32_000);
  });

  it('it always streams', () => {
    assert.equal(sent({ messages: question }).stream, true);
  });

  it('C10: a forced tool turns thinking off', () => {
    const body = { messages: question, tools, tool_choice: 'required', reasoning_effort: 'high' };
    const { thinking, output_config, tool_choice } = sent(body);
    assert.deepEqual(
      [thinking, output_config, tool_choice],
      [undefined, undefined, { type: 'any' }],
    );
  });

  it('Q8: tools that must not be used stay declared, and the choice says so', () => {
    const { tool_choice } = sent({ messages: question, tools, tool_choice: 'none' });
    assert.deepEqual(tool_choice, { type: 'none' });
  });

  it('7.4: while thinking, a low top_p is left out', () => {
    const body = { messages: question, top_p: 0.5 };
    assert.equal(sent(body).top_p, 0.5);
    assert.equal('top_p' in sent({ ...body, reasoning_effort: 'high' }), false);
  });

  it('10.3: the end of the system text and the last message are marked for the cache', () => {
    const {
      system,
      messages,
      tools: declared,
    } = sent({
      messages: [{ role: 'system', content: 'S' }, user('q')],
      tools,
    });
    const cache_control = { type: 'ephemeral' };
    assert.deepEqual(system, [{ ...text('S'), cache_control }]);
    assert.deepEqual(messages, [user([{ ...text('q'), cache_control }])]);
    assert.equal(JSON.stringify(declared).includes('cache_control'), false);
  });
});

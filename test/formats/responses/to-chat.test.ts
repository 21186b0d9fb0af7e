import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RequestContext, ResponseContext } from '../../../src/formats/format.ts';
import { responsesBodyToChat, responsesToChat } from '../hub-pairs.ts';
import { encodeCarrier } from '../../../src/formats/gemini/carrier.ts';
import { fillUsageDetails } from '../../../src/formats/codex/usage-details.ts';
import { vector, vectors } from '../vectors.ts';
import { onWire, requestContext, responseContext } from '../chat/contexts.ts';
import { clientText, eventsOf, failedText, framesOf } from '../streams.ts';

type Json = Record<string, unknown>;

/** Request vectors where Switchyard says more than the reference. */
const REQUEST_DIFFERS: Record<string, { why: string; change(out: Json): Json }> = {
  O01: {
    why: 'developer stays an instruction, Q7',
    change: (out) => ({
      ...out,
      messages: (out.messages as Json[]).map((message) =>
        message.content === 'D' ? { role: 'system', content: 'D' } : message,
      ),
    }),
  },
  O05: {
    why: 'tool_choice takes the chat form, Q7',
    change: (out) => ({ ...out, tool_choice: { type: 'function', function: { name: 'f' } } }),
  },
};

describe('Responses to chat, request vectors', () => {
  for (const { id, note, model, stream, in: body, out } of vectors('req', 'O')) {
    const differs = REQUEST_DIFFERS[id];
    const name = differs === undefined ? note : `differs: ${differs.why} (${note})`;
    it(`${id}: ${name}`, () => {
      const expected = differs?.change(out as Json) ?? out;
      const context = requestContext({ model, stream });
      assert.deepEqual(onWire(responsesBodyToChat(body, context)), expected);
    });
  }
});

describe('Responses to chat, body for the upstream', () => {
  const sent = (body: unknown, over: Partial<RequestContext> = {}): Json => {
    const bytes = Buffer.from(JSON.stringify(body));
    const upstream = responsesToChat.encodeRequest(bytes, requestContext(over));
    return JSON.parse(Buffer.from(upstream).toString()) as Json;
  };

  it('a stream is asked for its usage, the key is written', () => {
    const { stream_options, prompt_cache_key } = sent({ input: 'x' }, { cacheKey: 'k' });
    assert.deepEqual([stream_options, prompt_cache_key], [{ include_usage: true }, 'k']);
    assert.equal('stream_options' in sent({ input: 'x' }, { stream: false }), false);
  });

  it('the suffix beats the body; a model that does not think gets no effort', () => {
    const body = { input: 'x', reasoning: { effort: 'low' } };
    assert.equal(sent(body, { thinking: 'high' }).reasoning_effort, 'high');
    assert.equal('reasoning_effort' in sent(body, { capability: {} }), false);
  });

  it('Q14: explicit nulls count as missing', () => {
    const nulls = {
      input: 'x',
      instructions: null,
      tools: null,
      tool_choice: null,
      text: null,
      reasoning: null,
      max_output_tokens: null,
      parallel_tool_calls: null,
    };
    assert.deepEqual(sent(nulls), sent({ input: 'x' }));
  });

  it('a call without arguments has an empty object', () => {
    const call = { type: 'function_call', call_id: 'a', name: 'f', arguments: '' };
    const { messages } = sent({ input: [call] });
    const [message] = messages as { tool_calls: { function: Json }[] }[];
    assert.equal(message?.tool_calls[0]?.function.arguments, '{}');
  });

  it('a proof of Google behind a text is no reasoning', () => {
    const signature = 'EgQKAgEC';
    const of = (direction: 'next' | 'previous'): Json => ({
      type: 'reasoning',
      summary: [],
      encrypted_content: encodeCarrier({ direction, target: 'any', signature }),
    });
    const [answer, next] = [
      { role: 'assistant', content: 'a' },
      { role: 'user', content: 'b' },
    ];
    assert.deepEqual(sent({ input: [answer, of('previous'), next] }).messages, [answer, next]);
    const { messages } = sent({ input: [of('next'), answer] });
    assert.deepEqual(messages, [{ ...answer, reasoning_content: '[reasoning unavailable]' }]);
  });

  it('refuses an input of a wrong type and bodies that are no object', () => {
    assert.throws(() => sent({ input: 7 }), { code: 'invalid_request', param: 'input' });
    assert.throws(() => sent([]), { code: 'invalid_request' });
  });
});

const context = (id: string, over: Partial<ResponseContext> = {}): ResponseContext => {
  const { original, model } = vector(id);
  return responseContext({
    requestedModel: String(original.model),
    upstreamModel: model,
    requestBody: Buffer.from(JSON.stringify(original)),
    ...over,
  });
};

/** What 3.3 adds to every answer of a Responses client right after the translation. */
function withDetails(data: Json): Json {
  const filled = structuredClone(data);
  fillUsageDetails(filled);
  return filled;
}

/** A whole answer tells null where it was not cut off, like a body does. */
function withCutReason({ ...data }: Json): Json {
  if (data.type !== 'response.completed') return data;
  return { ...data, response: { ...(data.response as Json), incomplete_details: null } };
}

describe('chat to Responses, stream vectors', () => {
  const withTerminal = vectors('stream', 'P').filter(({ id }) => id !== 'P04');
  for (const { id, note, lines, out } of withTerminal) {
    it(`${id}: ${note}`, () => {
      const expected = (out as [number, { event: string; data: Json }][]).map(
        ([line, { event, data }]) => [line, { event, data: withCutReason(withDetails(data)) }],
      );
      const translator = responsesToChat.response(context(id));
      const written = lines.flatMap((line, index) =>
        eventsOf(`${line}\n\n`).flatMap((event) =>
          framesOf(translator.onEvent(event)).map((frame) => [index, frame]),
        ),
      );
      assert.deepEqual(written, expected);
      assert.equal(translator.terminal, true);
      assert.equal(translator.onEnd(), '');
    });
  }

  it(`P04: ${vector('P04').note}; the client is told with 502 (Q19)`, () => {
    const { lines, out } = vector('P04');
    const expected = (out as [number, unknown][]).map(([, frame]) => frame);
    const text = lines.map((line) => `${line}\n\n`).join('');
    const failed = failedText(responsesToChat.response(context('P04')), Buffer.from(text));
    assert.deepEqual(framesOf(failed.text), expected);
    const { code, status } = failed.error as { code: string; status: number };
    assert.deepEqual([code, status], ['upstream_incomplete_stream', 502]);
  });
});

describe('chat to Responses, non-stream vectors', () => {
  for (const { id, note, events, out, original, in: upstream } of vectors('non', 'P')) {
    it(`${id}: ${note}`, () => {
      // The vector gives the limit in the translated request only; a client wrote it in its own.
      const { max_tokens } = upstream;
      const request =
        max_tokens === undefined ? original : { ...original, max_output_tokens: max_tokens };
      const requestBody = Buffer.from(JSON.stringify(request));
      const translator = responsesToChat.response(context(id, { stream: false, requestBody }));
      const body = translator.onBody(Buffer.from(JSON.stringify(events[0])));
      const expected = withDetails(out as Json);
      if (id === 'P06') {
        // Differs: the reasoning count is read in both spellings, in bodies as in streams.
        Object.assign(expected.usage as Json, { output_tokens_details: { reasoning_tokens: 1 } });
      }
      assert.deepEqual(JSON.parse(String(body)), expected);
      assert.equal(translator.terminal, true);
    });
  }
});

describe('chat to Responses, beyond the vectors', () => {
  const chunk = (delta: Json, finish_reason: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const done = 'data: [DONE]\n\n';
  const read = (text: string, body: Json = { model: 'm' }): { event?: string; data: Json }[] => {
    const requestBody = Buffer.from(JSON.stringify(body));
    const translator = responsesToChat.response(responseContext({ requestBody }));
    return framesOf(clientText(translator, [Buffer.from(text)])) as { data: Json }[];
  };
  const output = (frames: { data: Json }[]): Json[] =>
    (frames.at(-1)?.data.response as Json).output as Json[];

  it('O8: for a Responses client an end without [DONE] is 502', () => {
    const translator = responsesToChat.response(responseContext());
    const { error } = failedText(translator, Buffer.from(chunk({ content: 'x' }, 'stop')));
    const { status, message } = error as { status: number; message: string };
    assert.deepEqual([status, message], [502, 'upstream stream closed before [DONE]']);
  });

  it('nothing follows the terminal event', () => {
    const frames = read(chunk({ content: 'x' }, 'stop') + done + chunk({ content: 'late' }) + done);
    assert.equal(frames.filter(({ event }) => event === 'response.completed').length, 1);
    assert.equal(frames.at(-1)?.event, 'response.completed');
  });

  it('sequence numbers rise by one, names and types agree', () => {
    const frames = read(chunk({ reasoning_content: 'r' }) + chunk({ content: 'x' }, 'stop') + done);
    for (const [place, { event, data }] of frames.entries()) {
      assert.equal(data.sequence_number, place + 1);
      assert.equal(data.type, event);
    }
  });

  it('text after a call is a message of its own, with an id of its own', () => {
    const call = { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] };
    const text = chunk({ content: 'a' }) + chunk(call) + chunk({ content: 'b' });
    const items = output(read(text + chunk({}, 'tool_calls') + done));
    assert.deepEqual(
      items.map(({ id }) => id),
      ['msg_c1_0', 'fc_c', 'msg_c1_0_1'],
    );
  });

  it('calls of namespaces and empty arguments', () => {
    const tools = [{ type: 'namespace', name: 'fs', tools: [{ type: 'function', name: 'read' }] }];
    const call = { tool_calls: [{ index: 0, id: 'c', function: { name: 'fs__read' } }] };
    const [item] = output(read(chunk(call) + chunk({}, 'tool_calls') + done, { tools }));
    assert.deepEqual(item, {
      id: 'fc_c',
      type: 'function_call',
      status: 'completed',
      arguments: '{}',
      call_id: 'c',
      name: 'read',
      namespace: 'fs',
    });
  });

  it('a call that broke off without a finish reason gets no terminal event', () => {
    const call = { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{"a' } }] };
    const translator = responsesToChat.response(responseContext());
    const { text, error } = failedText(translator, Buffer.from(chunk(call) + done));
    assert.equal((error as { status: number }).status, 502);
    assert.doesNotMatch(text, /response\.completed|output_item\.done/);
  });

  it('request fields are echoed byte for byte', () => {
    const requestBody = Buffer.from('{"temperature":1.0,"tools":[ ],"input":"x","model":"q"}');
    const translator = responsesToChat.response(responseContext({ requestBody, stream: false }));
    const body = { id: 'c', choices: [{ index: 0, message: { content: 'x' } }] };
    const text = String(translator.onBody(Buffer.from(JSON.stringify(body))));
    assert.ok(text.includes('"temperature":1.0,"tools":[ ],"output"'), text);
  });

  it('a whole answer for a client that wants a stream', () => {
    const body = {
      id: 'c',
      choices: [{ index: 0, message: { content: 'x' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 },
    };
    const translator = responsesToChat.response(responseContext());
    const frames = framesOf(String(translator.onBody(Buffer.from(JSON.stringify(body)))));
    assert.equal(frames.at(-1)?.event, 'response.completed');
    assert.equal(translator.terminal, true);
    assert.equal(translator.usage?.totalTokens, 3);
  });
});

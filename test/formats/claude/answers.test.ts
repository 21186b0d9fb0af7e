/** Answers of Codex and of chat upstreams for Claude clients. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claudeClient } from '../../../src/formats/claude/client.ts';
import { chatForClaude } from '../../../src/formats/claude/to-chat.ts';
import { codexForClaude } from '../../../src/formats/claude/to-codex.ts';
import { countClaudeTokens } from '../../../src/formats/claude/count-tokens.ts';
import type { FormatPair } from '../../../src/formats/format.ts';
import { hubPair } from '../../../src/formats/hub.ts';
import { requestContext, responseContext, sse } from '../chat/contexts.ts';
import { clientText, eventsOf, framesOf } from '../streams.ts';
import { vector, vectors, type Vector } from '../vectors.ts';

type Json = Record<string, unknown>;

const onCodex = hubPair(claudeClient, codexForClaude);
const onChat = hubPair(claudeClient, chatForClaude);

interface Frame {
  event: string | undefined;
  data: Json;
}

const contextOf = (original: Json, stream: boolean) =>
  responseContext({
    stream,
    requestedModel: typeof original.model === 'string' ? original.model : 'm',
    requestBody: Buffer.from(JSON.stringify(original)),
  });

/** Frames without the estimate of the input, which the vectors do not have (6.7). */
function comparable(frames: { event: string | undefined; data: unknown }[]): Frame[] {
  return frames.map(({ event, data }) => {
    const frame = structuredClone(data) as Json;
    const usage = (frame.message as { usage?: Json } | undefined)?.usage;
    if (usage !== undefined) usage.input_tokens = 0;
    return { event, data: frame };
  });
}

const expectedFrames = ({ out }: Vector): Frame[] =>
  (out as [number, Frame][]).map(([, frame]) => frame);

/** What a client puts together from the frames: blocks in order, stop reason, usage. */
function messageOf(frames: readonly Frame[]): Json {
  const blocks: Json[] = [];
  const order: unknown[] = [];
  let end: Json = {};
  for (const { data } of frames) {
    const index = Number(data.index);
    if (data.type === 'content_block_start') {
      blocks[index] = { ...(data.content_block as Json), parts: '' };
      order.push(index);
    } else if (data.type === 'content_block_delta') {
      const block = blocks[index] as Json;
      const delta = data.delta as Json;
      const text = delta.text ?? delta.thinking ?? delta.partial_json ?? delta.signature;
      block.parts = `${String(block.parts)}${String(text)}`;
    } else if (data.type === 'message_delta') end = data;
  }
  return { blocks, order, end };
}

describe('codex to claude, stream vectors', () => {
  /** G10: errors never come here, the provider takes them; the front writes the error event. */
  const ELSEWHERE = new Set(['G10']);

  for (const one of vectors('stream', 'G').filter(({ id }) => !ELSEWHERE.has(id))) {
    const { id, note, original, events } = one;
    it(`${id}: ${note}`, () => {
      const translator = onCodex.response(contextOf(original, true));
      const text = events.map((event) => translator.onEvent(sse(event))).join('');
      assert.deepEqual(comparable(framesOf(text)), expectedFrames(one));
      assert.equal(translator.terminal, true);
    });
  }

  it('a refusal is told as text, Q10', () => {
    const translator = onCodex.response(contextOf({}, true));
    const text = translator.onEvent(sse({ type: 'response.refusal.delta', delta: 'No.' }));
    assert.match(text, /"text_delta","text":"No\."/);
  });

  it('a custom tool call is not shown, and does not make the client run tools', () => {
    const item = { type: 'custom_tool_call', id: 'c', call_id: 'c', name: 'p', input: 'raw' };
    const events = [
      { type: 'response.created', response: { id: 'r' } },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { id: 'r' } },
    ];
    const translator = onCodex.response(contextOf({}, true));
    const text = events.map((event) => translator.onEvent(sse(event))).join('');
    const names = framesOf(text).map(({ event }) => event);
    assert.deepEqual(names, ['message_start', 'message_delta', 'message_stop']);
    assert.match(text, /"stop_reason":"end_turn"/);
  });

  it('3.2: a stop reason that the upstream tells beside wins, unless a tool was called', () => {
    const read = (response: Json): unknown => {
      const translator = onCodex.response(contextOf({}, true));
      const events = [
        { type: 'response.created', response: { id: 'r' } },
        { type: 'response.completed', response },
      ];
      const text = events.map((event) => translator.onEvent(sse(event))).join('');
      return (framesOf(text).at(-2)?.data as { delta: Json }).delta.stop_reason;
    };
    const words = {
      max_output_tokens: 'max_tokens',
      pause_turn: 'pause_turn',
      content_filter: 'refusal',
      tool_calls: 'end_turn',
      other: 'end_turn',
    };
    for (const [word, told] of Object.entries(words)) {
      assert.equal(read({ id: 'r', stop_reason: word }), told, word);
    }
    assert.equal(read({ id: 'r', stop_reason: 'stop', stop_sequence: 'X' }), 'stop_sequence');
  });

  it('the limit that cuts a call is told as such: its input is no JSON', () => {
    const item = { type: 'function_call', id: 'i', call_id: 'c', name: 'Read' };
    const events = [
      { type: 'response.created', response: { id: 'r' } },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"p' },
      {
        type: 'response.incomplete',
        response: { id: 'r', incomplete_details: { reason: 'max_output_tokens' } },
      },
    ];
    const translator = onCodex.response(contextOf({}, true));
    const text = events.map((event) => translator.onEvent(sse(event))).join('');
    assert.match(text, /"stop_reason":"max_tokens"/);
  });

  it('a cut call that has an end of its own, or one in the whole answer, is no call to run either', () => {
    const head = { type: 'function_call', id: 'fc_1', call_id: 'c', name: 'f' };
    const cut = { ...head, arguments: '{"p', status: 'incomplete' };
    const details = { incomplete_details: { reason: 'max_output_tokens' } };
    const ends = [
      [
        { type: 'response.output_item.done', output_index: 0, item: cut },
        { type: 'response.incomplete', response: { id: 'r', ...details, output: [cut] } },
      ],
      [{ type: 'response.incomplete', response: { id: 'r', ...details, output: [cut] } }],
    ];
    for (const end of ends) {
      const events = [
        { type: 'response.output_item.added', output_index: 0, item: { ...head, arguments: '' } },
        { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"p' },
        ...end,
      ];
      const translator = onCodex.response(contextOf({}, true));
      const text = events.map((event) => translator.onEvent(sse(event))).join('');
      assert.match(text, /"stop_reason":"max_tokens"/);
    }
  });

  it('message_start tells an estimate of the input, the end the true count', () => {
    const original = { messages: [{ role: 'user', content: 'one two three four' }] };
    const translator = onCodex.response(contextOf(original, true));
    const text = translator.onEvent(sse({ type: 'response.created', response: { id: 'r' } }));
    assert.match(text, /"input_tokens":8,"output_tokens":0/);
  });
});

describe('codex to claude, whole answers', () => {
  it('H01: differs: parts joined as in the stream and refusals told (Q10, Q12)', () => {
    const { original, events, out } = vector('H01');
    const translator = onCodex.response(contextOf(original, false));
    const text = events.map((event) => translator.onEvent(sse(event))).join('');
    const expected = structuredClone(out) as { content: Json[] };
    expected.content.splice(
      0,
      3,
      { type: 'thinking', thinking: 'a\n\nb', signature: 'S' },
      { type: 'text', text: 'xy' },
      { type: 'text', text: 'r' },
    );
    assert.deepEqual(JSON.parse(text), expected);
  });

  it('a body that ended at the limit amid a call', () => {
    const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a' };
    const response = {
      id: 'r',
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [call],
    };
    const translator = onCodex.response(contextOf({}, false));
    const text = String(translator.onBody(Buffer.from(JSON.stringify(response))));
    assert.equal((JSON.parse(text) as Json).stop_reason, 'max_tokens');
  });
});

function chatText(pair: FormatPair, { original, lines }: Vector): string {
  const wire = lines.map((line) => `${line}\n\n`).join('');
  return clientText(pair.response(contextOf(original, true)), [Buffer.from(wire)]);
}

describe('chat upstream to claude, stream vectors', () => {
  /** Arguments are passed on as they come, instead of all at once in the end. */
  const PIECES = ['N02'];

  for (const one of vectors('stream', 'N').filter(
    ({ id }) => !['N05', 'N08', 'N09'].includes(id),
  )) {
    const differs = PIECES.includes(one.id);
    it(`${one.id}: ${differs ? 'differs: arguments come in pieces; ' : ''}${one.note}`, () => {
      const frames = comparable(framesOf(chatText(onChat, one)));
      const expected = expectedFrames(one);
      if (differs) assert.deepEqual(messageOf(frames), messageOf(expected));
      else assert.deepEqual(frames, expected);
    });
  }

  /** One block at a time: index of the open block may not change before its stop (Q22). */
  function assertSerial(frames: readonly Frame[]): void {
    let open: number | undefined;
    for (const { data } of frames) {
      if (data.type === 'content_block_start') {
        assert.equal(open, undefined, 'a second block is open');
        open = Number(data.index);
      } else if (data.type === 'content_block_delta') assert.equal(open, data.index);
      else if (data.type === 'content_block_stop') {
        assert.equal(open, data.index);
        open = undefined;
      }
    }
    assert.equal(open, undefined);
  }

  it('N05: differs: a nameless call is numbered by its place among all items', () => {
    const text = chatText(onChat, vector('N05'));
    assert.match(text, /"id":"c","name":"tool_0"/);
    assert.match(text, /"stop_reason":"tool_use"/);
  });

  for (const id of ['N08', 'N09']) {
    const one = vector(id);
    it(`${id}: differs: blocks come one after the other, Q22 (${one.note})`, () => {
      const frames = comparable(framesOf(chatText(onChat, one)));
      assertSerial(frames);
      assert.deepEqual(messageOf(frames), messageOf(expectedFrames(one)));
    });
  }

  it('the estimate of message_start comes from the request as it was sent on, the body is not read again', () => {
    const original = { messages: [{ role: 'user', content: 'How large is this request?' }] };
    const context = contextOf(original, true);
    onChat.encodeRequest(context.requestBody, requestContext());
    context.requestBody.fill(0);
    const chunk = { choices: [{ index: 0, delta: { role: 'assistant', content: 'Small.' } }] };
    const [start] = framesOf(onChat.response(context).onEvent(sse(chunk)));
    const { message } = start?.data as { message: { usage: { input_tokens: number } } };
    assert.equal(message.usage.input_tokens, countClaudeTokens(original).input_tokens);
  });

  it('a stream of [DONE] alone is no answer', () => {
    const translator = onChat.response(contextOf({}, true));
    const [done] = eventsOf('data: [DONE]\n\n');
    assert.throws(() => translator.onEvent(done ?? sse({})), {
      code: 'upstream_incomplete_stream',
    });
  });
});

describe('chat upstream to claude, whole answers', () => {
  it('N06: differs: thinking before text, Q13', () => {
    const { original, events, out } = vector('N06');
    const translator = onChat.response(contextOf(original, false));
    const text = String(translator.onBody(Buffer.from(JSON.stringify(events[0]))));
    const expected = structuredClone(out) as { content: Json[] };
    const [first, second, ...others] = expected.content;
    expected.content = [second ?? {}, first ?? {}, ...others];
    assert.deepEqual(JSON.parse(text), expected);
  });

  it('N07: differs: a filtered answer is a refusal, as it is from Codex (G08)', () => {
    const { events, out } = vector('N07');
    const translator = onChat.response(contextOf({}, false));
    const text = String(translator.onBody(Buffer.from(JSON.stringify(events[0]))));
    assert.deepEqual(JSON.parse(text), { ...(out as Json), stop_reason: 'refusal' });
  });
});

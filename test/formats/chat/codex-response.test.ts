import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatToCodex } from '../hub-pairs.ts';
import { vectors } from '../vectors.ts';
import { chunksOf, responseContext, sse } from './contexts.ts';

type Out = [number, unknown][];

const chunk = (delta: unknown): unknown => ({
  id: 'resp_1',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'gpt-5.5',
  choices: [{ index: 0, delta, finish_reason: null, native_finish_reason: null }],
});

/** Stream vectors where Switchyard tells more than the reference. */
const STREAM_DIFFERS: Record<string, { why: string; out: Out }> = {
  B12: {
    why: 'refusal text is sent as text, Q10',
    out: [[1, chunk({ role: 'assistant', content: 'no' })]],
  },
};

describe('codex to chat, stream vectors', () => {
  for (const { id, note, original, events, out } of vectors('stream', 'B')) {
    const differs = STREAM_DIFFERS[id];
    const name = differs === undefined ? note : `differs: ${differs.why} (${note})`;
    it(`${id}: ${name}`, () => {
      const requestBody = Buffer.from(JSON.stringify(original));
      const translator = chatToCodex.response(responseContext({ requestBody }));
      const written = events.flatMap((event, index) =>
        chunksOf(translator.onEvent(sse(event))).map((json) => [index, json]),
      );
      assert.deepEqual(written, differs?.out ?? out);
    });
  }
});

/** Bodies that differ: `message` of the only choice. */
const BODY_DIFFERS: Record<string, { why: string; message: Record<string, unknown> }> = {
  C01: {
    why: 'all texts and summaries, Q12',
    message: { content: 'Hi there!', reasoning_content: 'why\n\nsecond' },
  },
};

interface ChatBody {
  choices: { message: Record<string, unknown>; finish_reason: unknown }[];
}

describe('codex to chat, non-stream vectors', () => {
  for (const { id, note, events, out } of vectors('non', 'C')) {
    const differs = BODY_DIFFERS[id];
    const name = differs === undefined ? note : `differs: ${differs.why} (${note})`;
    it(`${id}: ${name}`, () => {
      const translator = chatToCodex.response(responseContext({ stream: false }));
      const text = events.map((event) => translator.onEvent(sse(event))).join('');
      if (out === null) {
        assert.equal(text, '');
        assert.throws(() => translator.onEnd(), { code: 'upstream_incomplete_stream' });
        return;
      }
      const expected = structuredClone(out) as ChatBody;
      Object.assign(expected.choices[0]?.message ?? {}, differs?.message);
      assert.deepEqual(JSON.parse(text), expected);
      assert.equal(translator.terminal, true);
    });
  }
});

const created = sse({
  type: 'response.created',
  response: { id: 'resp_1', created_at: 1_700_000_000, model: 'gpt-5.5' },
});
const completed = (response: Record<string, unknown> = {}) =>
  sse({ type: 'response.completed', response: { id: 'resp_1', output: [], ...response } });
const itemDone = (item: Record<string, unknown>, index?: number) =>
  sse({ type: 'response.output_item.done', output_index: index, item });

function bodyOf(events: ReturnType<typeof sse>[]): ChatBody {
  const translator = chatToCodex.response(responseContext({ stream: false }));
  return JSON.parse(events.map((event) => translator.onEvent(event)).join('')) as ChatBody;
}

describe('codex to chat, end of the stream', () => {
  it('10.5: [DONE] follows the last chunk once, and nothing follows it', () => {
    const translator = chatToCodex.response(responseContext());
    translator.onEvent(created);
    const last = translator.onEvent(completed());
    assert.match(last, /"finish_reason":"stop".*\n\ndata: \[DONE\]\n\n$/);
    assert.equal(translator.onEvent(sse({ type: 'response.output_text.delta', delta: 'x' })), '');
    assert.equal(translator.onEvent(completed()), '');
    assert.equal(translator.onEnd(), '');
  });

  it('codex 1.11: a stream that breaks off is a request-scoped 408', () => {
    const translator = chatToCodex.response(responseContext());
    translator.onEvent(created);
    assert.equal(translator.terminal, false);
    assert.throws(() => translator.onEnd(), {
      code: 'upstream_incomplete_stream',
      status: 408,
      message:
        'stream error: stream disconnected before completion: ' +
        'stream closed before response.completed',
    });
  });

  it('3.3: usage is kept for the books', () => {
    const translator = chatToCodex.response(responseContext());
    const usage = {
      input_tokens: 9,
      output_tokens: 2,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens_details: { reasoning_tokens: 1 },
    };
    translator.onEvent(completed({ usage }));
    assert.deepEqual(translator.usage, {
      inputTokens: 9,
      outputTokens: 2,
      cachedTokens: 4,
      reasoningTokens: 1,
      totalTokens: 11,
    });
  });
});

describe('codex to chat, output repair', () => {
  const text = { type: 'message', content: [{ type: 'output_text', text: 'Hi' }] };
  const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };

  it('codex 1.11: an empty output is filled from the finished items', () => {
    const body = bodyOf([created, itemDone(call, 1), itemDone(text, 0), completed()]);
    assert.equal(body.choices[0]?.message.content, 'Hi');
    assert.equal(body.choices[0].finish_reason, 'tool_calls');
  });

  it('a message that was cut off keeps the text it had', () => {
    const delta = sse({ type: 'response.output_text.delta', output_index: 1, delta: 'cut' });
    const end = sse({
      type: 'response.incomplete',
      response: { incomplete_details: { reason: 'max_output_tokens' } },
    });
    const body = bodyOf([created, itemDone({ type: 'reasoning', summary: [] }, 0), delta, end]);
    assert.equal(body.choices[0]?.message.content, 'cut');
    assert.equal(body.choices[0].finish_reason, 'length');
  });

  it('text of a finished message is told once', () => {
    const delta = sse({ type: 'response.output_text.delta', output_index: 0, delta: 'Hi' });
    const body = bodyOf([created, delta, itemDone(text, 0), completed()]);
    assert.equal(body.choices[0]?.message.content, 'Hi');
  });

  it('Q10: a refusal is the text of the answer', () => {
    const refusal = { type: 'message', content: [{ type: 'refusal', refusal: 'no' }] };
    const body = bodyOf([created, itemDone(refusal, 0), completed()]);
    assert.equal(body.choices[0]?.message.content, 'no');
  });

  it('4.5: images get a running index', () => {
    const image = { type: 'image_generation_call', result: 'QUJD', output_format: 'jpg' };
    const body = bodyOf([created, itemDone(image, 0), itemDone(image, 1), completed()]);
    assert.deepEqual(body.choices[0]?.message.images, [
      { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,QUJD' }, index: 0 },
      { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,QUJD' }, index: 1 },
    ]);
  });
});

describe('codex to chat, JSON answers', () => {
  const response = {
    id: 'resp_1',
    created_at: 1_700_000_000,
    model: 'gpt-5.5',
    status: 'incomplete',
    incomplete_details: { reason: 'content_filter' },
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'x' }] }],
  };

  it('are one body for a client that does not stream', () => {
    const translator = chatToCodex.response(responseContext({ stream: false }));
    const body = translator.onBody(Buffer.from(JSON.stringify(response))) as string;
    const [choice] = (JSON.parse(body) as ChatBody).choices;
    assert.equal(choice?.message.content, 'x');
    assert.equal(choice.finish_reason, 'content_filter');
  });

  it('are chunks and [DONE] for a client that streams', () => {
    const translator = chatToCodex.response(responseContext());
    const text = translator.onBody(Buffer.from(JSON.stringify({ response }))) as string;
    assert.equal(chunksOf(text).length, 2);
    assert.ok(text.endsWith('data: [DONE]\n\n'));
  });

  it('that are no JSON are an upstream fault', () => {
    const translator = chatToCodex.response(responseContext());
    assert.throws(() => translator.onBody(Buffer.from('<html>')), { code: 'upstream_bad_answer' });
  });
});

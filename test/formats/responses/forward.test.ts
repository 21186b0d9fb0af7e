import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SwitchyardError } from '../../../src/errors.ts';
import type { ResponseContext, ResponseTranslator } from '../../../src/formats/format.ts';
import { responsesToResponses } from '../../../src/formats/responses/pass-through.ts';
import { responsesToCodex } from '../../../src/formats/responses/to-codex.ts';
import { vector } from '../vectors.ts';
import { requestContext, responseContext, sse } from '../chat/contexts.ts';
import { clientText, eventsOf, failedText, framesOf } from '../streams.ts';

type Json = Record<string, unknown>;

const translator = (over: Partial<ResponseContext> = {}): ResponseTranslator =>
  responsesToCodex.response(responseContext(over));

const read = (text: string, over: Partial<ResponseContext> = {}): string =>
  clientText(translator(over), [Buffer.from(text)]);

const frame = (json: Json): string =>
  `event: ${String(json.type)}\ndata: ${JSON.stringify(json)}\n\n`;

const itemDone = (item: Json, output_index?: number): string =>
  frame({ type: 'response.output_item.done', output_index, item });

const ITEMS =
  itemDone({ type: 'function_call', id: 'fc_1' }, 1) +
  itemDone({ type: 'reasoning', id: 'rs_1', encrypted_content: 'E' }, 0) +
  itemDone({ type: 'message', id: 'msg_1' });

const completed = (response: Json): string => frame({ type: 'response.completed', response });

const lastResponse = (text: string): Json =>
  (framesOf(text).at(-1)?.data as { response: Json }).response;

describe('codex to Responses, vectors', () => {
  it('E01: differs: a frame keeps its bytes, also white space (bytes through)', () => {
    const { lines, out, original } = vector('E01');
    // The vector tests single lines; a stream has a blank line behind each data line.
    const text = lines.map((line) => (line.startsWith('data:') ? `${line}\n\n` : `${line}\n`));
    const chunks = (out as [number, string][]).map(([, chunk]) => chunk);
    const wanted = chunks.filter((chunk) => chunk.startsWith('data:'));
    const client = read(text.join(''), { requestedModel: String(original.model) });
    const sent = client.split('\n').filter((line) => line.startsWith('data:'));
    const trimmed = sent.map((line) => `data: ${line.slice(5).trim()}`);
    assert.deepEqual(trimmed, wanted);
    assert.equal(sent[2], lines[4], 'the spaces of the third one stay');
  });

  it(`E02: ${vector('E02').note}`, () => {
    const { events, out } = vector('E02');
    const body = translator({ stream: false });
    const text = events.map((event) => body.onEvent(sse(event))).join('');
    assert.deepEqual(JSON.parse(text), out);
    assert.equal(body.terminal, true);
  });
});

describe('codex.md 9.6, output patching', () => {
  const ids = (text: string): unknown[] =>
    (lastResponse(text).output as Json[]).map((item) => item.id);

  for (const response of [{ id: 'r', output: [] }, { id: 'r' }, { id: 'r', output: null }]) {
    it(`45: ${JSON.stringify(response)} gets the collected items in order`, () => {
      assert.deepEqual(ids(read(ITEMS + completed(response))), ['rs_1', 'fc_1', 'msg_1']);
    });
  }

  it('46: an output that is there only gets its missing ids', () => {
    const output = [
      { type: 'reasoning' },
      { type: 'function_call', id: '' },
      { type: 'message', id: 'keep' },
    ];
    assert.deepEqual(ids(read(ITEMS + completed({ output }))), ['rs_1', 'fc_1', 'keep']);
  });

  it('47: a stream that ends after deltas only is an error of this turn alone', () => {
    const delta = frame({ type: 'response.output_text.delta', delta: 'x' });
    for (const stream of [true, false]) {
      assert.throws(() => read(delta, { stream }), {
        code: 'upstream_incomplete_stream',
        status: 408,
        message: /stream closed before response\.completed/,
      });
    }
  });

  it('77: one blank line behind each frame, the completed one carries the item', () => {
    const item = { type: 'message', id: 'm1' };
    const text = read(itemDone(item, 0) + completed({ output: [] }));
    assert.equal(text, itemDone(item, 0) + completed({ output: [item] }));
  });

  it('an incomplete answer is patched in the same way', () => {
    const text = read(ITEMS + frame({ type: 'response.incomplete', response: { output: [] } }));
    assert.deepEqual(ids(text), ['rs_1', 'fc_1', 'msg_1']);
  });
});

describe('codex.md 9.9 and 9.10, framing', () => {
  const end = completed({ id: 'r' });

  it('70: a frame that comes in two pieces', () => {
    const pieces = ['data: {"type":"respon', 'se.x"}\n\n', end];
    const text = clientText(
      translator(),
      pieces.map((piece) => Buffer.from(piece)),
    );
    assert.equal(text, `data: {"type":"response.x"}\n\n${end}`);
  });

  it('71 to 73: what is no JSON never reaches the client, frames before it do', () => {
    const cases: [string, string][] = [
      ['data: {"type":"response.output_text.delta","delta":"hel\n\n', ''],
      ['data: {"a":1}\n\ndata: {bad}\n\n', 'data: {"a":1}\n\n'],
      ['data: {"type":"trunc', ''],
    ];
    for (const [upstream, delivered] of cases) {
      const { text, error } = failedText(translator(), Buffer.from(upstream));
      assert.equal(text, delivered);
      assert.ok(error instanceof SwitchyardError);
      assert.deepEqual([error.code, error.status], ['upstream_bad_answer', 502]);
      assert.match(error.message, /^invalid SSE data JSON \(len=/);
    }
  });

  it('74: comments and [DONE] pass once the answer has begun', () => {
    const start = frame({ type: 'response.in_progress', response: { model: 'm' } });
    const rest = ': keep-alive\n\ndata: [DONE]\n\n';
    assert.equal(read(`${start}${rest}${end}`), `${start}${rest}${end}`);
  });

  it('74: differs: a comment before the first event is held back, it would commit the turn', () => {
    assert.equal(read(`: keep-alive\n\n${end}`), end);
  });

  it('75, 76: data of several lines and CR LF', () => {
    assert.equal(read(`data: {"a":\ndata: 1}\n\n${end}`), `data: {"a":\ndata: 1}\n\n${end}`);
    assert.equal(read(`data: {"a":1}\r\n\r\n${end}`), `data: {"a":1}\n\n${end}`);
  });

  it('80: a null error is no error, and nothing follows the terminal event', () => {
    const last = completed({ id: 'r1', error: null });
    assert.equal(read(`${last}data: {"type":"late"}\n\ndata: [DONE]\n\n`), last);
  });

  it('a failure that nobody took ends the stream as it is', () => {
    const failed = frame({ type: 'response.failed', response: { error: { code: 'x' } } });
    assert.equal(read(failed + end), failed);
  });
});

describe('codex to Responses, what is added', () => {
  /** What different clients read of one message: deltas, finished items, the last event. */
  const WHOLE_EVENTS = [
    'response.created',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ];
  const usage = {
    input_tokens: 120,
    input_tokens_details: { cached_tokens: 100 },
    output_tokens: 30,
    output_tokens_details: { reasoning_tokens: 12 },
    total_tokens: 150,
  };
  const counts = {
    inputTokens: 120,
    outputTokens: 30,
    cachedTokens: 100,
    reasoningTokens: 12,
    totalTokens: 150,
  };

  it('usage is read, whole details leave the bytes alone', () => {
    const odd = `data: {"response":{"usage":${JSON.stringify(usage)} },  "type":"response.completed"}\n\n`;
    const target = translator();
    assert.equal(clientText(target, [Buffer.from(odd)]), odd);
    assert.deepEqual(target.usage, counts);
  });

  it('3.3: missing details become 0', () => {
    const bare = { input_tokens: 1, output_tokens: 2, total_tokens: 3 };
    const text = read(completed({ usage: bare }));
    assert.deepEqual(lastResponse(text).usage, {
      ...bare,
      output_tokens_details: { reasoning_tokens: 0 },
      input_tokens_details: { cached_tokens: 0 },
    });
  });

  it('5.3: a whole body keeps the text of the upstream', () => {
    const response = `{"id":"r", "output":[ ],"n":1.0,"usage":${JSON.stringify(usage)}}`;
    const data = `data: {"type":"response.completed","response": ${response}}\n\n`;
    assert.equal(read(data, { stream: false }), response);
  });

  it('a JSON answer: as it is, out of its wrapping, and as the events of a stream', () => {
    const content = [{ type: 'output_text', text: 'x' }];
    const output = [{ type: 'message', id: 'm', status: 'completed', content }];
    const inner = JSON.stringify({
      id: 'r',
      object: 'response',
      status: 'completed',
      output,
      usage,
    });
    for (const body of [inner, `{"type":"response.completed","response":${inner}}`]) {
      const whole = translator({ stream: false });
      assert.equal(Buffer.from(whole.onBody(Buffer.from(body))).toString(), inner);
      assert.deepEqual([whole.usage, whole.terminal, whole.onEnd()], [counts, true, '']);
      const stream = translator();
      const events = eventsOf(String(stream.onBody(Buffer.from(body))));
      assert.deepEqual((events.at(-1)?.json as Json).response, JSON.parse(inner));
      assert.deepEqual(
        events.map(({ event }) => event),
        WHOLE_EVENTS,
      );
    }
  });

  it('a JSON answer without details gets them, the rest keeps its bytes', () => {
    const whole = translator({ stream: false });
    const body = whole.onBody(Buffer.from('{ "id":"r", "usage":{"input_tokens":1} }'));
    const filled =
      '{"input_tokens":1,"output_tokens_details":{"reasoning_tokens":0},' +
      '"input_tokens_details":{"cached_tokens":0}}';
    assert.equal(Buffer.from(body).toString(), `{ "id":"r", "usage":${filled} }`);
  });
});

describe('Responses on an upstream that speaks Responses', () => {
  it('only model, key and effort change', () => {
    const text = '{ "model":"a/m", "store":true,"input":"x" ,"user":"u","max_output_tokens":5}';
    const sent = responsesToResponses.encodeRequest(
      Buffer.from(text),
      requestContext({ model: 'm', cacheKey: 'k' }),
    );
    const expected = text.replace('a/m', 'm').replace('}', ',"prompt_cache_key":"k"}');
    assert.equal(Buffer.from(sent).toString(), expected);
    assert.equal(responsesToResponses.alwaysStreams, false);
  });
});

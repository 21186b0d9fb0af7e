/** Answers of Gemini upstreams (translate-gemini-thinking.md 4.4 to 6.3; vectors of 18 by number). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isObject, type JsonObject } from '../../../src/canonical/value.ts';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { claudeClient } from '../../../src/formats/claude/client.ts';
import type { ResponseContext } from '../../../src/formats/format.ts';
import { encodeCarrier } from '../../../src/formats/gemini/carrier.ts';
import { MAX_CANDIDATES } from '../../../src/formats/gemini/decode-stream.ts';
import { geminiUpstream } from '../../../src/formats/gemini/upstream.ts';
import { hubPair, type ClientSide } from '../../../src/formats/hub.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';
import { SwitchyardError } from '../../../src/errors.ts';
import { chunksOf, requestContext, responseContext } from '../chat/contexts.ts';
import { clientText, failedText, framesOf, randomPieces } from '../streams.ts';

const SIGNATURE = 'EgQKAgEC';
const USAGE = {
  promptTokenCount: 11,
  candidatesTokenCount: 7,
  thoughtsTokenCount: 5,
  cachedContentTokenCount: 3,
  totalTokenCount: 23,
};
const HEAD = {
  modelVersion: 'gemini-2.5-pro',
  createTime: '2026-01-02T03:04:05.678Z',
  responseId: 'r-1',
};

const chunk = (parts: JsonObject[], more: JsonObject = {}, top: JsonObject = {}): JsonObject => ({
  candidates: [{ content: { role: 'model', parts }, ...more }],
  ...HEAD,
  ...top,
});
const streamOf = (chunks: JsonObject[]): Buffer =>
  Buffer.from(chunks.map((one) => `data: ${JSON.stringify(one)}\r\n\r\n`).join(''));

const THOUGHT = { text: 'hm', thought: true };
const CALL = { functionCall: { name: 'a_b', args: { q: 1 } }, thoughtSignature: SIGNATURE };
const WHOLE = [
  chunk([THOUGHT], {}, { usageMetadata: { promptTokenCount: 11, totalTokenCount: 11 } }),
  chunk([{ text: 'Hel' }, { text: 'lo' }]),
  chunk([CALL, { functionCall: { name: 'plain' } }]),
  chunk([{ functionCall: { id: 'own', name: 'plain', args: {} } }]),
  chunk([], { finishReason: 'STOP' }, { usageMetadata: USAGE }),
];

function bodyOf(client: ClientSide): JsonObject {
  if (client.format === 'claude') return { tools: [{ name: 'a b', input_schema: {} }] };
  const tools = ['a b', 'plain'].map((name) => ({ type: 'function', name, function: { name } }));
  return { tools };
}

function translator(client: ClientSide, over: Partial<ResponseContext> = {}) {
  const requestBody = Buffer.from(JSON.stringify(bodyOf(client)));
  return hubPair(client, geminiUpstream).response(responseContext({ requestBody, ...over }));
}

const read = (client: ClientSide, chunks: JsonObject[]): string =>
  clientText(translator(client), [streamOf(chunks)]);

function whole(client: ClientSide, answer: JsonObject): JsonObject {
  const reading = translator(client, { stream: false });
  return JSON.parse(String(reading.onBody(Buffer.from(JSON.stringify(answer))))) as JsonObject;
}

interface ChatChunk {
  id: string;
  created: number;
  model: string;
  usage?: JsonObject;
  choices: { delta: JsonObject; finish_reason: string | null; native_finish_reason: string }[];
}
const chatChunks = (chunks: JsonObject[]): ChatChunk[] =>
  chunksOf(read(chatClient, chunks)) as ChatChunk[];

describe('Gemini → chat client', () => {
  it('4.4: thoughts, text, calls with their names and signatures, usage', () => {
    const chunks = chatChunks(WHOLE);
    const [first] = chunks;
    assert.equal(first?.id, 'r-1');
    assert.equal(first.model, 'gemini-2.5-pro');
    assert.equal(first.created, 1_767_323_045);
    const deltas = chunks.map(({ choices }) => choices[0]?.delta ?? {});
    const joined = (key: string): string => deltas.map((delta) => delta[key] ?? '').join('');
    assert.equal(joined('reasoning_content'), 'hm');
    // Differs from the reference, which keeps the last text of a chunk only.
    assert.equal(joined('content'), 'Hello');
    const calls = deltas.flatMap((delta) => (delta.tool_calls ?? []) as JsonObject[]);
    assert.deepEqual(calls, [
      {
        index: 0,
        id: 'call_r-1_1',
        type: 'function',
        function: { name: 'a b', arguments: '{"q":1}' },
        extra_content: { google: { thought_signature: SIGNATURE } },
      },
      {
        index: 1,
        id: 'call_r-1_2',
        type: 'function',
        function: { name: 'plain', arguments: '{}' },
      },
      // Differs from the reference: one counter for all calls, and Google's own id where it has one.
      { index: 2, id: 'own', type: 'function', function: { name: 'plain', arguments: '{}' } },
    ]);
    const last = chunks.at(-1);
    assert.equal(last?.choices[0]?.finish_reason, 'tool_calls');
    assert.equal(last.choices[0].native_finish_reason, 'stop');
    assert.deepEqual(last.usage, {
      completion_tokens: 7,
      total_tokens: 23,
      prompt_tokens: 11,
      prompt_tokens_details: { cached_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 5 },
    });
  });

  it('46: the finish waits for its usage', () => {
    const first = chunk([{ text: 'x' }], { finishReason: 'STOP' });
    const late = { ...HEAD, usageMetadata: USAGE };
    const chunks = chatChunks([first, late]);
    const finishes = chunks.map(({ choices }) => choices[0]?.finish_reason);
    assert.deepEqual(finishes, [null, 'stop']);
    assert.equal(chunks[1]?.usage?.total_tokens, 23);
    // The same where the late chunk has a candidate.
    const again = chatChunks([first, { ...late, candidates: [{ index: 0 }] }]);
    assert.deepEqual(again, chunks);
  });

  it('a finish without any usage comes at the end', () => {
    const chunks = chatChunks([chunk([{ text: 'x' }], { finishReason: 'STOP' })]);
    assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'stop');
  });

  it('47: an answer that was cut (`length`, the word of the chat API; the reference says max_tokens)', () => {
    const [, last] = chatChunks([
      chunk([{ text: 'x' }], { finishReason: 'MAX_TOKENS' }, { usageMetadata: USAGE }),
    ]);
    assert.equal(last?.choices[0]?.finish_reason, 'length');
    assert.equal(last.choices[0].native_finish_reason, 'max_tokens');
  });

  it('a picture', () => {
    const inlineData = { mimeType: 'image/png', data: 'iVBO' };
    const parts = [{ inlineData: { data: '' } }, { inlineData }];
    const answer = whole(chatClient, chunk(parts, { finishReason: 'STOP' }));
    const [choice] = answer.choices as { message: JsonObject }[];
    assert.deepEqual(choice?.message.images, [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' }, index: 0 },
    ]);
  });

  it('a prompt that the filters refused', () => {
    const refused = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: USAGE };
    const [last] = chatChunks([refused]);
    assert.equal(last?.choices[0]?.finish_reason, 'content_filter');
    assert.equal(last.choices[0].native_finish_reason, 'prohibited_content');
  });

  it('several candidates', () => {
    const candidates = [0, 1].map((index) => ({
      index,
      content: { parts: [{ text: String(index) }] },
      finishReason: 'STOP',
    }));
    const answer = whole(chatClient, { ...HEAD, candidates, usageMetadata: USAGE });
    const choices = answer.choices as { index: number; message: JsonObject }[];
    assert.deepEqual(
      choices.map(({ index, message }) => [index, message.content]),
      [
        [0, '0'],
        [1, '1'],
      ],
    );
  });
});

describe('Gemini → Responses client', () => {
  const items = (chunks: JsonObject[]): JsonObject[] => {
    const last = framesOf(read(responsesClient, chunks)).at(-1)?.data as JsonObject;
    return (last.response as { output: JsonObject[] }).output;
  };
  const carried = (direction: 'next' | 'previous' | 'standalone', target: 'text' | 'function') =>
    encodeCarrier({ direction, target, signature: SIGNATURE });

  it('5.5: items in their order, the signature before its call', () => {
    const output = items([
      chunk([THOUGHT, CALL, { text: 'then' }]),
      chunk([], { finishReason: 'STOP' }, { usageMetadata: USAGE }),
    ]);
    assert.deepEqual(
      output.map(({ type }) => type),
      ['reasoning', 'function_call', 'message'],
    );
    assert.equal(output[0]?.encrypted_content, carried('next', 'function'));
    assert.equal(output[1]?.name, 'a b');
  });

  it('5.5: a signature without a thought', () => {
    const output = items([
      chunk([{ text: 'a' }]),
      chunk([{ text: '', thoughtSignature: SIGNATURE }]),
      chunk([CALL]),
      chunk([], { finishReason: 'STOP' }, { usageMetadata: USAGE }),
    ]);
    assert.deepEqual(
      output.map(({ type, encrypted_content: carrier }) => [type, carrier]),
      [
        ['message', undefined],
        ['reasoning', carried('previous', 'text')],
        ['reasoning', carried('next', 'function')],
        ['function_call', undefined],
      ],
    );
  });

  it('47: an answer that was cut is incomplete (the reference calls it completed)', () => {
    const last = framesOf(
      read(responsesClient, [
        chunk([{ text: 'x' }], { finishReason: 'MAX_TOKENS' }, { usageMetadata: USAGE }),
      ]),
    ).at(-1);
    assert.equal(last?.event, 'response.incomplete');
    const { response } = last.data as { response: JsonObject };
    assert.deepEqual(response.incomplete_details, { reason: 'max_output_tokens' });
    assert.equal(response.id, 'resp_r-1');
    assert.deepEqual(response.usage, {
      input_tokens: 11,
      input_tokens_details: { cached_tokens: 3 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 23,
    });
  });

  it('what it sends is what Gemini wants back', () => {
    const output = items([
      chunk([THOUGHT, { text: 'say', thoughtSignature: SIGNATURE }, CALL]),
      chunk([], { finishReason: 'STOP' }, { usageMetadata: USAGE }),
    ]);
    const call = output.find(({ type }) => type === 'function_call');
    const input = [
      { role: 'user', content: 'q' },
      ...output,
      { type: 'function_call_output', call_id: call?.call_id, output: 'r' },
    ];
    const body = Buffer.from(JSON.stringify({ ...bodyOf(responsesClient), input }));
    const sent = hubPair(responsesClient, geminiUpstream).encodeRequest(body, requestContext());
    const { contents } = JSON.parse(Buffer.from(sent).toString()) as { contents: JsonObject[] };
    const parts = contents[1]?.parts as JsonObject[];
    assert.deepEqual(
      parts.map((part) => part.thoughtSignature),
      [undefined, SIGNATURE, SIGNATURE],
    );
    assert.deepEqual(parts[1], { text: 'say', thoughtSignature: SIGNATURE });
    assert.ok(isObject(parts[2]?.functionCall));
  });
});

describe('Gemini → Claude client', () => {
  it('48: a call ends the turn, thoughts are output', () => {
    const answer = whole(
      claudeClient,
      chunk([CALL], { finishReason: 'STOP' }, { usageMetadata: USAGE }),
    );
    assert.equal(answer.stop_reason, 'tool_use');
    const [block] = answer.content as JsonObject[];
    assert.equal(block?.type, 'tool_use');
    assert.equal(block.name, 'a b');
    assert.equal((answer.usage as JsonObject).output_tokens, 12);
  });
});

describe('Gemini streams', () => {
  const clients = [chatClient, responsesClient, claudeClient];
  for (const client of clients) {
    it(`${client.format}: however the bytes are cut, the client reads the same`, () => {
      const bytes = streamOf(WHOLE);
      const want = clientText(translator(client), [bytes]);
      for (let seed = 1; seed <= 40; seed += 1) {
        assert.equal(clientText(translator(client), randomPieces(bytes, seed)), want, String(seed));
      }
    });

    it(`${client.format}: a stream that breaks off is no answer`, () => {
      for (const bytes of [streamOf(WHOLE.slice(0, 3)), Buffer.alloc(0)]) {
        const { error } = failedText(translator(client), bytes);
        assert.ok(error instanceof SwitchyardError);
        assert.equal(error.code, 'upstream_incomplete_stream');
      }
    });
  }

  it('candidates are counted', () => {
    const candidates = Array.from({ length: MAX_CANDIDATES + 1 }, (_, index) => ({ index }));
    const { error } = failedText(translator(chatClient), streamOf([{ candidates }]));
    assert.ok(error instanceof SwitchyardError && error.code === 'upstream_bad_answer');
  });
});

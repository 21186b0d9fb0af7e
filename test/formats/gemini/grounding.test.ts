/**
 * Searches and code that Google ran, for every client (translate-gemini-thinking.md 10.4 for the form
 * of Claude; chat and Responses in OpenAI's public form).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/canonical/value.ts';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { claudeClient } from '../../../src/formats/claude/client.ts';
import type { ResponseContext } from '../../../src/formats/format.ts';
import { MAX_GROUNDED_CHARS } from '../../../src/formats/gemini/grounded-text.ts';
import { piecesOf } from '../../../src/formats/gemini/grounding.ts';
import { geminiUpstream } from '../../../src/formats/gemini/upstream.ts';
import { hubPair, type ClientSide } from '../../../src/formats/hub.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';
import { chunksOf, responseContext } from '../chat/contexts.ts';
import { clientText, framesOf } from '../streams.ts';

const HEAD = { modelVersion: 'm', responseId: 'r-1' };
const USAGE = { promptTokenCount: 4, candidatesTokenCount: 5, totalTokenCount: 9 };
const chunk = (parts: JsonObject[], more: JsonObject = {}): JsonObject => ({
  candidates: [{ content: { role: 'model', parts }, ...more }],
  ...HEAD,
});
const end = (more: JsonObject = {}): JsonObject => ({
  ...chunk([], { finishReason: 'STOP', ...more }),
  usageMetadata: USAGE,
});

const ZURICH = { url: 'https://z.example/', title: 'Zürich' };
const BERN = { url: 'https://b.example/', title: 'https://b.example/' };
/** Bytes of 'Grüezi. ' are nine, because ü has two. */
const GROUNDED = {
  groundingMetadata: {
    webSearchQueries: ['capital of ch'],
    groundingChunks: [
      { web: { uri: ZURICH.url, title: 'Zürich' } },
      { web: { uri: BERN.url } },
      { web: { uri: ZURICH.url, title: 'Zürich' } },
    ],
    groundingSupports: [
      { segment: { startIndex: 9, endIndex: 17, text: 'It is B.' }, groundingChunkIndices: [1, 0] },
    ],
  },
};
const ANSWER = [chunk([{ text: 'Grüe' }]), chunk([{ text: 'zi. It is B. Ok' }]), end(GROUNDED)];

const upstreamBody = Buffer.from('{"tools":[{"googleSearch":{}}]}');

function translator(client: ClientSide, over: Partial<ResponseContext> = {}) {
  return hubPair(client, geminiUpstream).response(responseContext({ upstreamBody, ...over }));
}

const streamed = (client: ClientSide, chunks: JsonObject[]): string =>
  clientText(translator(client), [
    Buffer.from(chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')),
  ]);

function whole(client: ClientSide, answer: JsonObject): JsonObject {
  const body = Buffer.from(JSON.stringify(answer));
  return JSON.parse(String(translator(client, { stream: false }).onBody(body))) as JsonObject;
}

const WHOLE = {
  ...chunk([{ text: 'Grüezi. It is B. Ok' }], { finishReason: 'STOP', ...GROUNDED }),
  usageMetadata: USAGE,
};

const cited = [BERN, ZURICH].map(({ url, title }) => ({
  type: 'web_search_result_location',
  cited_text: 'It is B.',
  url,
  title,
  encrypted_index: '',
}));
const found = [ZURICH, BERN].map(({ url, title }) => ({
  type: 'web_search_result',
  title,
  url,
  page_age: null,
}));

describe('a search of Google, for Claude clients', () => {
  it('comes first, then the text cut at its citations', () => {
    const { content, usage } = whole(claudeClient, WHOLE);
    assert.deepEqual(content, [
      {
        type: 'server_tool_use',
        id: 'call_r-1_1',
        name: 'web_search',
        input: { query: 'capital of ch' },
      },
      { type: 'web_search_tool_result', tool_use_id: 'call_r-1_1', content: found },
      { type: 'text', text: 'Grüezi. ' },
      { type: 'text', text: 'It is B.', citations: cited },
      { type: 'text', text: ' Ok' },
    ]);
    assert.deepEqual((usage as JsonObject).server_tool_use, { web_search_requests: 1 });
  });

  it('the stream says the same', () => {
    const events = framesOf(streamed(claudeClient, ANSWER)).map(({ data }) => data as JsonObject);
    const blocks = events.filter(({ type }) => type === 'content_block_start');
    assert.deepEqual(
      blocks.map(({ content_block: block }) => (block as JsonObject).type),
      ['server_tool_use', 'web_search_tool_result', 'text', 'text', 'text'],
    );
    const deltas = events.flatMap(({ index, delta }) =>
      index === undefined || delta === undefined ? [] : [[index, delta]],
    );
    assert.deepEqual(deltas, [
      [0, { type: 'input_json_delta', partial_json: '{"query":"capital of ch"}' }],
      [2, { type: 'text_delta', text: 'Grüezi. ' }],
      [3, { type: 'text_delta', text: 'It is B.' }],
      ...cited.map((citation) => [3, { type: 'citations_delta', citation }]),
      [4, { type: 'text_delta', text: ' Ok' }],
    ]);
  });

  it('without one the text comes at the end, whole', () => {
    const text = streamed(claudeClient, [...ANSWER.slice(0, 2), end()]);
    assert.match(text, /"text_delta","text":"Grüezi. It is B. Ok"/);
    assert.doesNotMatch(text, /server_tool_use/);
  });

  it('a text too long to wait goes on without citations, and is not lost', () => {
    const long = 'x'.repeat(MAX_GROUNDED_CHARS + 1);
    const { content } = whole(claudeClient, {
      ...chunk([{ text: long }, { text: 'tail' }], { finishReason: 'STOP', ...GROUNDED }),
      usageMetadata: USAGE,
    });
    const blocks = content as { type: string; text?: string }[];
    assert.equal(blocks.find(({ type }) => type === 'text')?.text, `${long}tail`);
    assert.ok(blocks.some(({ type }) => type === 'web_search_tool_result'));
  });

  it('text is not held where no search was asked for', () => {
    const text = translator(claudeClient, { upstreamBody: Buffer.from('{}') });
    const bytes = Buffer.from(`data: ${JSON.stringify(chunk([{ text: 'now' }]))}\n\n`);
    const sse = JSON.parse(bytes.toString().slice('data: '.length)) as JsonObject;
    assert.match(text.onEvent({ event: undefined, data: '', json: sse }), /"text":"now"/);
  });
});

describe('a search of Google, for clients of OpenAI’s dialects', () => {
  const annotation = ({ url, title }: typeof BERN): JsonObject => ({
    start_index: 8,
    end_index: 16,
    url,
    title,
  });

  it('chat: annotations of the message', () => {
    const want = [BERN, ZURICH].map((source) => ({
      type: 'url_citation',
      url_citation: annotation(source),
    }));
    const { choices } = whole(chatClient, WHOLE) as { choices: { message: JsonObject }[] };
    assert.deepEqual(choices[0]?.message.annotations, want);
    const chunks = chunksOf(streamed(chatClient, ANSWER)) as { choices: { delta: JsonObject }[] }[];
    const told = chunks.flatMap(({ choices: [choice] }) => choice?.delta.annotations ?? []);
    assert.deepEqual(told, want);
  });

  it('Responses: annotations of the text, and an item of its own', () => {
    const want = [BERN, ZURICH].map((source) => ({ type: 'url_citation', ...annotation(source) }));
    const search = {
      id: 'ws_call_r-1_1',
      type: 'web_search_call',
      status: 'completed',
      action: {
        type: 'search',
        query: 'capital of ch',
        queries: ['capital of ch'],
        sources: [ZURICH, BERN].map(({ url }) => ({ type: 'url', url })),
      },
    };
    const frames = framesOf(streamed(responsesClient, ANSWER));
    const { response } = frames.at(-1)?.data as { response: { output: JsonObject[] } };
    for (const output of [response.output, whole(responsesClient, WHOLE).output as JsonObject[]]) {
      assert.deepEqual(output[1], search);
      const [part] = output[0]?.content as JsonObject[];
      assert.deepEqual(part?.annotations, want);
    }
    const events = frames.map(({ event }) => event);
    assert.equal(events.filter((event) => event?.endsWith('annotation.added')).length, 2);
    assert.ok(events.includes('response.web_search_call.completed'));
  });
});

describe('code that Google ran', () => {
  const run = [
    { executableCode: { language: 'PYTHON', code: 'print(1)' } },
    { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } },
  ];
  const failed = [
    { executable_code: { code: 'x' } },
    { code_execution_result: { outcome: 'OUTCOME_FAILED', output: 'NameError' } },
  ];
  const ran = (parts: JsonObject[]): JsonObject[] => [chunk(parts), end()];

  it('Claude clients: a server tool and its result', () => {
    const { content } = whole(claudeClient, {
      ...chunk([{ text: 'a' }, ...run, ...failed, { text: 'b' }], { finishReason: 'STOP' }),
      usageMetadata: USAGE,
    });
    const blocks = content as JsonObject[];
    const result = (stdout: string, stderr: string, return_code: number): JsonObject => ({
      type: 'code_execution_result',
      stdout,
      stderr,
      return_code,
      content: [],
    });
    assert.deepEqual(
      blocks.map(({ type }) => type),
      [
        'text',
        'server_tool_use',
        'code_execution_tool_result',
        'server_tool_use',
        'code_execution_tool_result',
        'text',
      ],
    );
    assert.deepEqual(blocks[1]?.input, { code: 'print(1)' });
    assert.deepEqual(blocks[2]?.content, result('1\n', '', 0));
    assert.deepEqual(blocks[4]?.content, result('', 'NameError', 1));
  });

  it('Responses clients: a call of the code interpreter', () => {
    const frames = framesOf(streamed(responsesClient, ran(run)));
    const { response } = frames.at(-1)?.data as { response: { output: JsonObject[] } };
    assert.deepEqual(response.output, [
      {
        id: 'ci_call_r-1_1',
        type: 'code_interpreter_call',
        status: 'completed',
        code: 'print(1)',
        container_id: '',
        outputs: [{ type: 'logs', logs: '1\n' }],
      },
    ]);
  });

  it('without a result, and across chunks', () => {
    const [code = {}, result = {}] = run;
    const text = streamed(claudeClient, [chunk([code]), chunk([code]), chunk([result]), end()]);
    assert.equal(text.split('"server_tool_use"').length - 1, 2);
    assert.equal(text.split('"code_execution_tool_result"').length - 1, 1);
  });
});

describe('cutting a text at its citations', () => {
  it('loses nothing, whatever the offsets say', () => {
    const text = 'a ü 👋 z';
    for (let start = 0; start < 14; start += 1) {
      for (let stop = 0; stop < 14; stop += 1) {
        const pieces = piecesOf(text, [{ start, end: stop, sources: [BERN] }]);
        assert.equal(pieces.map((piece) => piece.text).join(''), text);
      }
    }
  });
});

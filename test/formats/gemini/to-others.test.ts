/**
 * Gemini clients on Codex and on chat upstreams (translate-gemini-thinking.md 7, 9, 15; the vectors of
 * 18 under their numbers).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThinkingCapability } from '../../../src/credentials/record.ts';
import type { FormatPair, RequestContext } from '../../../src/formats/format.ts';
import { geminiToChat } from '../../../src/formats/gemini/to-chat.ts';
import { geminiToCodex } from '../../../src/formats/gemini/to-codex.ts';
import { pairFor } from '../../../src/formats/pairs.ts';
import { chunksIn, finishesIn, textIn, type GeminiChunk } from '../../support/gemini.ts';
import { chatSse, chatTurn, responsesSse, responsesTurn } from '../../support/turns.ts';
import { requestContext, responseContext } from '../chat/contexts.ts';
import { clientText, failedText, randomPieces } from '../streams.ts';

type Json = Record<string, unknown>;

const HI = [{ role: 'user', parts: [{ text: 'Hi' }] }];

function sent(pair: FormatPair, body: Json, over: Partial<RequestContext> = {}): Json {
  const bytes = Buffer.from(JSON.stringify({ contents: HI, ...body }));
  const upstream = pair.encodeRequest(bytes, requestContext(over));
  return JSON.parse(Buffer.from(upstream).toString()) as Json;
}

const effortOf = (body: Json): unknown => (body['reasoning'] as Json | undefined)?.['effort'];

const L4: ThinkingCapability = { levels: ['minimal', 'low', 'medium', 'high'] };
const SUB: ThinkingCapability = { levels: ['low', 'high'] };

const budget = (thinkingBudget: number): Json => ({
  generationConfig: { thinkingConfig: { thinkingBudget } },
});

describe('thinking of Gemini clients', () => {
  const SUFFIXES: [suffix: string, effort: string][] = [
    ['8192', 'medium'],
    ['64000', 'high'],
    ['0', 'minimal'],
    ['-1', 'medium'],
  ];
  for (const [thinking, effort] of SUFFIXES) {
    it(`vector 10: (${thinking}) on Codex`, () => {
      assert.equal(effortOf(sent(geminiToCodex, {}, { thinking, capability: L4 })), effort);
    });

    it(`vector 10, from the body: ${thinking}`, () => {
      const body = sent(geminiToCodex, budget(Number(thinking)), { capability: L4 });
      assert.equal(effortOf(body), effort);
    });
  }

  it('vector 11: (8192) on a chat upstream with two levels', () => {
    const body = sent(geminiToChat, {}, { thinking: '8192', capability: SUB });
    assert.equal(body['reasoning_effort'], 'low');
  });

  const UNKNOWN: [tokens: number, effort: string][] = [
    [8192, 'medium'],
    [64_000, 'xhigh'],
    [0, 'none'],
    [-1, 'auto'],
  ];
  for (const [tokens, effort] of UNKNOWN) {
    it(`vector 28: a budget of ${String(tokens)} on a model of unknown abilities`, () => {
      assert.equal(sent(geminiToChat, budget(tokens))['reasoning_effort'], effort);
    });
  }

  it('9.1: medium when nothing is said; a level in any place', () => {
    assert.equal(effortOf(sent(geminiToCodex, {})), 'medium');
    assert.equal(
      effortOf(sent(geminiToCodex, { generationConfig: { thinking_level: 'HIGH' } })),
      'high',
    );
  });

  it('15.8: thoughts are asked for as a summary', () => {
    const asked = (includeThoughts: boolean): unknown =>
      (
        sent(geminiToCodex, { generationConfig: { thinkingConfig: { includeThoughts } } })[
          'reasoning'
        ] as Json
      )['summary'];
    assert.equal(asked(true), 'auto');
    assert.equal(asked(false), undefined);
  });
});

describe('Gemini requests on Codex', () => {
  it('the fixed members, and nothing that Codex refuses', () => {
    const body = sent(geminiToCodex, {
      generationConfig: { temperature: 1, topP: 0.9, topK: 40, maxOutputTokens: 9 },
      safetySettings: [],
      cachedContent: 'cachedContents/1',
    });
    assert.deepEqual(Object.keys(body), [
      'instructions',
      'stream',
      'reasoning',
      'include',
      'model',
      'input',
      'store',
    ]);
    assert.deepEqual([body['instructions'], body['stream'], body['store']], ['', true, false]);
    assert.deepEqual(body['include'], ['reasoning.encrypted_content']);
  });

  it('tools: not strict, without a dialect, closed unless they say otherwise', () => {
    const schema = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'OBJECT' };
    const body = sent(geminiToCodex, {
      tools: [
        {
          functionDeclarations: [
            { name: 'a', description: 'does a', parametersJsonSchema: schema },
            { name: 'b', parameters: { type: 'OBJECT', additionalProperties: { type: 'STRING' } } },
            { name: 'c' },
          ],
        },
        { codeExecution: {} },
      ],
    });
    const empty = { type: 'object', properties: {}, additionalProperties: false };
    assert.deepEqual(body['tools'], [
      {
        type: 'function',
        name: 'a',
        description: 'does a',
        parameters: { additionalProperties: false, type: 'object', properties: {} },
        strict: false,
      },
      {
        type: 'function',
        name: 'b',
        parameters: { additionalProperties: { type: 'string' }, type: 'object', properties: {} },
        strict: false,
      },
      { type: 'function', name: 'c', parameters: empty, strict: false },
    ]);
    assert.equal(body['tool_choice'], 'auto');
    assert.equal(body['parallel_tool_calls'], true);
  });

  it('media and files; one message per turn (the reference makes one per part)', () => {
    const parts = [
      { text: 'a' },
      { text: 'b' },
      { inlineData: { mimeType: 'image/png', data: 'AA' } },
      { inlineData: { mimeType: 'application/pdf', data: 'BB' } },
      { fileData: { mimeType: 'application/pdf', fileUri: 'https://e/a.pdf' } },
      { inlineData: { mimeType: 'audio/wav', data: 'CC' } },
    ];
    const body = sent(geminiToCodex, { contents: [{ role: 'user', parts }] });
    assert.deepEqual(body['input'], [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { type: 'input_text', text: 'b' },
          { type: 'input_image', image_url: 'data:image/png;base64,AA' },
          {
            type: 'input_file',
            file_data: 'data:application/pdf;base64,BB',
            filename: 'document.pdf',
          },
          { type: 'input_file', file_url: 'https://e/a.pdf', filename: 'document.pdf' },
          { type: 'input_audio', input_audio: { data: 'CC', format: 'wav' } },
        ],
      },
    ]);
  });

  it('the form of the answer: schemas as they are, bare JSON not at all', () => {
    const config = (generationConfig: Json): unknown =>
      sent(geminiToCodex, { generationConfig })['text'];
    assert.deepEqual(config({ responseSchema: { type: 'OBJECT', properties: {} } }), {
      format: {
        type: 'json_schema',
        name: 'response',
        strict: false,
        schema: { type: 'object', properties: {} },
      },
    });
    assert.equal(config({ responseMimeType: 'application/json' }), undefined);
  });

  it('9.1: one tier', () => {
    assert.equal(sent(geminiToCodex, { service_tier: 'fast' })['service_tier'], 'priority');
    assert.equal(sent(geminiToCodex, { serviceTier: 'flex' })['service_tier'], undefined);
  });

  it('serves every upstream that speaks Responses', () => {
    assert.equal(pairFor('gemini', 'openai-response'), pairFor('gemini', 'codex'));
  });
});

describe('Gemini requests on chat upstreams', () => {
  it('sampling, stop words, count, modalities', () => {
    const body = sent(geminiToChat, {
      generationConfig: {
        temperature: 0.2,
        topP: 0.9,
        topK: 40,
        maxOutputTokens: 2048,
        candidateCount: 2,
        stopSequences: ['END'],
        responseModalities: ['TEXT', 'IMAGE'],
        responseMimeType: 'application/json',
      },
      service_tier: 'flex',
    });
    assert.deepEqual(body, {
      model: 'gpt-5.5',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      max_tokens: 2048,
      temperature: 0.2,
      top_p: 0.9,
      top_k: 40,
      stop: ['END'],
      n: 2,
      service_tier: 'flex',
      stream_options: { include_usage: true },
      modalities: ['text', 'image'],
    });
  });

  it('7.1: texts alone are joined, media keeps its place', () => {
    const contents = [
      { role: 'user', parts: [{ text: 'a' }, { text: 'b' }] },
      { role: 'model', parts: [{ text: 'hm', thought: true }] },
      { role: 'model', parts: [{ text: 'hm', thought: true }, { text: 'yes' }] },
      {
        role: 'user',
        parts: [
          { text: 'look' },
          { inlineData: { mimeType: 'image/png', data: 'AA' } },
          { inlineData: { mimeType: 'audio/wav', data: 'BB' } },
          { inlineData: { mimeType: 'video/mp4', data: 'CC' } },
          { inlineData: { mimeType: 'application/pdf', data: 'DD' } },
          { fileData: { mimeType: 'application/pdf', fileUri: 'https://e/a.pdf' } },
          { fileData: { mimeType: 'video/mp4', fileUri: 'https://e/v.mp4' } },
        ],
      },
    ];
    const systemInstruction = { parts: [{ text: 'Be ' }, { text: 'brief.' }] };
    const url = (text: string): Json => ({ url: text });
    assert.deepEqual(sent(geminiToChat, { contents, systemInstruction })['messages'], [
      {
        role: 'system',
        content: [
          { type: 'text', text: 'Be ' },
          { type: 'text', text: 'brief.' },
        ],
      },
      { role: 'user', content: 'ab' },
      { role: 'assistant', content: [{ type: 'text', text: 'yes' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'image_url', image_url: url('data:image/png;base64,AA') },
          { type: 'input_audio', input_audio: { data: 'BB', format: 'wav' } },
          { type: 'video_url', video_url: url('data:video/mp4;base64,CC') },
          {
            type: 'file',
            file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,DD' },
          },
          { type: 'file', file: { filename: 'document.pdf', file_url: 'https://e/a.pdf' } },
          { type: 'video_url', video_url: url('https://e/v.mp4') },
        ],
      },
    ]);
  });

  it('calls and results', () => {
    const contents = [
      {
        role: 'model',
        parts: [
          { text: 'Let me look.' },
          { functionCall: { id: 'c1', name: 'f', args: { q: 'cat' } }, thoughtSignature: 'S' },
          { functionCall: { id: 'c2', name: 'g' } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'c1', name: 'f', response: { content: 'a cat' } } },
          { functionResponse: { id: 'c2', name: 'g', response: { n: 1 } } },
        ],
      },
    ];
    const call = (id: string, name: string, text: string): Json => ({
      id,
      type: 'function',
      function: { name, arguments: text },
    });
    assert.deepEqual(sent(geminiToChat, { contents })['messages'], [
      {
        role: 'assistant',
        content: [{ type: 'text', text: 'Let me look.' }],
        tool_calls: [call('c1', 'f', '{"q":"cat"}'), call('c2', 'g', '{}')],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'a cat' },
      { role: 'tool', tool_call_id: 'c2', content: '{"n":1}' },
    ]);
  });
});

const codexIncomplete = (reason: string): string => {
  const [created, ...rest] = responsesTurn();
  const last = rest.at(-1) as unknown as { response: Json };
  const response = {
    ...last.response,
    status: 'incomplete',
    incomplete_details: { reason },
  };
  return responsesSse([created, { type: 'response.incomplete', response }] as never[]);
};

function codexAnswer(text: string, stream: boolean): GeminiChunk[] {
  const translator = geminiToCodex.response(responseContext({ stream }));
  const written = clientText(translator, [Buffer.from(text)]);
  return stream ? chunksIn(written) : [JSON.parse(written) as GeminiChunk];
}

describe('Codex answers for Gemini clients', () => {
  const ENDS: [reason: string, word: string][] = [
    ['content_filter', 'SAFETY'],
    ['max_output_tokens', 'MAX_TOKENS'],
    ['something_new', 'OTHER'],
  ];
  for (const [reason, word] of ENDS) {
    it(`55: incomplete, ${reason}`, () => {
      for (const stream of [true, false]) {
        assert.deepEqual(finishesIn(codexAnswer(codexIncomplete(reason), stream)), [word]);
      }
    });
  }

  it('names are the client’s again', () => {
    const name = `mcp__${'depot_'.repeat(12)}__read`;
    const declared = { functionDeclarations: [{ name }] };
    const request = Buffer.from(JSON.stringify({ contents: HI, tools: [declared] }));
    const body = JSON.parse(
      Buffer.from(geminiToCodex.encodeRequest(request, requestContext())).toString(),
    ) as { tools: { name: string }[] };
    const short = body.tools[0]?.name ?? '';
    assert.notEqual(short, name);
    const toolCall = { callId: 'c1', name: short, arguments: '{}' };
    const translator = geminiToCodex.response(responseContext({ requestBody: request }));
    const text = clientText(translator, [Buffer.from(responsesSse(responsesTurn({ toolCall })))]);
    assert.match(text, new RegExp(`"name":"${name}"`));
  });

  it('a stream without its end is an error, and nothing looks like an end', () => {
    const [created, ...rest] = responsesTurn().map((event) => responsesSse([event]));
    const cut = [created, ...rest.slice(0, -1)].join('');
    const { text, error } = failedText(geminiToCodex.response(responseContext()), Buffer.from(cut));
    assert.equal((error as { code: string }).code, 'upstream_incomplete_stream');
    assert.deepEqual(finishesIn(chunksIn(text)), []);
  });
});

describe('chat answers for Gemini clients', () => {
  const chunk = (delta: Json, finish: string | null = null, more: Json = {}): Json => ({
    id: 'x',
    object: 'chat.completion.chunk',
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  });
  const answer = (chunks: Json[]): GeminiChunk[] =>
    chunksIn(clientText(geminiToChat.response(responseContext()), [Buffer.from(chatSse(chunks))]));
  const USAGE = { usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } };

  it('7.2: content together with the finish reason', () => {
    const chunks = answer([chunk({ content: 'x' }, 'length')]);
    assert.equal(textIn(chunks), 'x');
    assert.deepEqual(finishesIn(chunks), ['MAX_TOKENS']);
  });

  it('7.2: an empty delta without a finish reason is no end', () => {
    const chunks = answer([chunk({}), chunk({ content: 'x' }), chunk({}, 'stop')]);
    assert.deepEqual(finishesIn(chunks), ['STOP']);
    assert.equal(chunks.length, 2);
  });

  it('7.2: usage in the chunk of the finish reason, and in one of its own', () => {
    const own = { ...chunk({}), choices: [], ...USAGE };
    for (const chunks of [[chunk({}, 'stop', USAGE)], [chunk({}, 'stop'), own]]) {
      assert.deepEqual(answer(chunks).at(-1)?.usageMetadata, {
        promptTokenCount: 3,
        candidatesTokenCount: 2,
        totalTokenCount: 5,
      });
    }
  });

  it('7.2: calls in the order of their indexes, arguments put together', () => {
    const call = (index: number, text: string, id?: string): Json => ({
      tool_calls: [
        { index, ...(id && { id, type: 'function' }), function: { name: id, arguments: text } },
      ],
    });
    const chunks = answer([
      chunk(call(0, '{"n":', 'c0')),
      chunk(call(1, '{"n":1}', 'c1')),
      chunk(call(0, '0}')),
      chunk({}, 'tool_calls'),
    ]);
    assert.deepEqual(
      chunks[0]?.candidates?.[0]?.content?.parts.map(({ functionCall }) => functionCall),
      [0, 1].map((n) => ({ id: `c${String(n)}`, name: `c${String(n)}`, args: { n } })),
    );
  });

  const FINISHES = { stop: 'STOP', tool_calls: 'STOP', odd: 'STOP', content_filter: 'SAFETY' };
  for (const [word, finish] of Object.entries(FINISHES)) {
    it(`7.2: ${word} is ${finish}`, () => {
      assert.deepEqual(finishesIn(answer([chunk({ content: 'x' }, word)])), [finish]);
    });
  }
});

describe('any split of an upstream stream', () => {
  const WIRES: [name: string, pair: FormatPair, wire: string][] = [
    ['Codex', geminiToCodex, responsesSse(responsesTurn({ text: 'Grüße 👋\n\n"x"' }))],
    ['chat', geminiToChat, chatSse(chatTurn({ text: 'Grüße 👋\n\n"x"' }))],
  ];
  for (const [name, pair, wire] of WIRES) {
    for (const streamForm of ['sse', 'array'] as const) {
      it(`${name}, as ${streamForm}: the same bytes, and every piece of JSON whole`, () => {
        const read = (pieces: readonly Uint8Array[]): string =>
          clientText(pair.response(responseContext({ streamForm })), pieces);
        const bytes = Buffer.from(wire);
        const whole = read([bytes]);
        const chunks =
          streamForm === 'sse' ? chunksIn(whole) : (JSON.parse(whole) as GeminiChunk[]);
        assert.equal(textIn(chunks), 'Grüße 👋\n\n"x"');
        for (let seed = 1; seed <= 50; seed += 1) {
          assert.equal(read(randomPieces(bytes, seed)), whole, `seed ${String(seed)}`);
        }
      });
    }
  }
});

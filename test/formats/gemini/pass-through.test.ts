/** The pair Gemini client → Gemini upstream (translate-gemini-thinking.md 3; vectors of 18). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/canonical/value.ts';
import { SwitchyardError } from '../../../src/errors.ts';
import type { RequestContext, ResponseContext } from '../../../src/formats/format.ts';
import { geminiToGemini } from '../../../src/formats/gemini/pass-through.ts';
import { SENTINEL } from '../../../src/formats/gemini/signatures.ts';
import { requestContext, responseContext } from '../chat/contexts.ts';
import { clientText, failedText, randomPieces } from '../streams.ts';

const SIGNATURE = 'EgQKAgEC';
const UNSAID = 'FINISH_REASON_UNSPECIFIED';

function sentText(text: string, over: Partial<RequestContext> = {}): string {
  const context = requestContext({ model: 'gemini-2.5-pro', ...over });
  return Buffer.from(geminiToGemini.encodeRequest(Buffer.from(text), context)).toString();
}
const sent = (body: JsonObject, over: Partial<RequestContext> = {}): JsonObject =>
  JSON.parse(sentText(JSON.stringify(body), over)) as JsonObject;

const contentsOf = (contents: unknown[]): JsonObject[] =>
  sent({ contents }).contents as JsonObject[];

describe('Gemini → Gemini, requests', () => {
  it('every byte that has no reason to change stays', () => {
    const contents = '[ {"role":"user", "parts":[{"text":"gr\\u00fc\\u00df"}]} ]';
    const safety = '"safetySettings" : []';
    assert.equal(
      sentText(`{"contents": ${contents}, ${safety}}`),
      `{"contents": ${contents}, ${safety},"model":"gemini-2.5-pro"}`,
    );
  });

  it('51: roles alternate', () => {
    const roles = contentsOf(['', 'model', 'tool'].map((role) => ({ role, parts: [] })));
    assert.deepEqual(
      roles.map(({ role }) => role),
      ['user', 'model', 'user'],
    );
  });

  it('52: the first call of a turn is signed, others keep only their own', () => {
    const call = (name: string, signature?: string): JsonObject => ({
      functionCall: { name },
      thoughtSignature: signature,
    });
    const [, turn, other] = contentsOf([
      { role: 'user', parts: [{ text: 'x' }] },
      { role: 'model', parts: [call('a'), call('b', SENTINEL), call('c', SIGNATURE)] },
      {
        role: 'model',
        parts: [
          { text: 't', thoughtSignature: 'foreign' },
          { functionCall: { name: 'd', thought_signature: SIGNATURE } },
        ],
      },
    ]);
    assert.deepEqual(turn?.parts, [
      { functionCall: { name: 'a' }, thoughtSignature: SENTINEL },
      { functionCall: { name: 'b' } },
      { functionCall: { name: 'c' }, thoughtSignature: SIGNATURE },
    ]);
    assert.deepEqual(other?.parts, [
      { text: 't' },
      { functionCall: { name: 'd' }, thoughtSignature: SIGNATURE },
    ]);
  });

  it('parts that held only the proof of another provider go, unless a turn has nothing else', () => {
    const proof = { text: '', thought: true, thoughtSignature: 'foreign' };
    const [, turn, bare] = contentsOf([
      { role: 'user', parts: [{ text: 'x' }] },
      { role: 'model', parts: [{ text: 't', thought: true }, { text: 'y' }, proof] },
      { role: 'model', parts: [proof] },
    ]);
    assert.deepEqual(turn?.parts, [{ text: 't', thought: true }, { text: 'y' }]);
    assert.deepEqual(bare?.parts, [{ text: '', thought: true }]);
  });

  it('results without a name get that of their call, the model does not begin', () => {
    const contents = contentsOf([
      { role: 'model', parts: [{ functionCall: { name: 'a' } }, { functionCall: { name: 'b' } }] },
      {
        role: 'user',
        parts: ['', 'own', ''].map((name) => ({ functionResponse: { name, response: {} } })),
      },
    ]);
    assert.deepEqual(contents[0], { role: 'user', parts: [{ text: '' }] });
    const responses = contents[2]?.parts as { functionResponse: { name: string } }[];
    assert.deepEqual(
      responses.map(({ functionResponse }) => functionResponse.name),
      ['a', 'own', ''],
    );
  });

  // The reference leaves the types in capitals.
  it('G4: schemas, limits, safety, session', () => {
    const body = sent({
      contents: [],
      session_id: 's',
      sessionId: 's',
      tools: [{ functionDeclarations: [{ name: 'f', parameters: { type: 'OBJECT' } }] }],
      generationConfig: { responseSchema: { type: 'STRING' }, maxOutputTokens: 100_000 },
    });
    assert.deepEqual([body.session_id, body.sessionId], [undefined, undefined]);
    assert.deepEqual(body.tools, [
      { function_declarations: [{ name: 'f', parametersJsonSchema: { type: 'object' } }] },
    ]);
    assert.deepEqual(body.generationConfig, {
      responseJsonSchema: { type: 'string' },
      maxOutputTokens: 65_536,
    });
    assert.equal((body.safetySettings as unknown[]).length, 5);
  });

  it('schemas in the dialect of Google are JSON schemas under their new names', () => {
    const own = {
      type: 'ARRAY',
      minItems: '1',
      items: { type: 'STRING', nullable: true, enum: ['a'] },
    };
    const json = {
      type: 'array',
      minItems: 1,
      items: { type: ['string', 'null'], enum: ['a', null] },
    };
    const parametersJsonSchema = { type: 'object', minItems: '1' };
    const body = sent({
      tools: [
        {
          functionDeclarations: [
            { name: 'f', parameters: { type: 'OBJECT', properties: { a: own, minItems: own } } },
            { name: 'g', parametersJsonSchema },
          ],
        },
      ],
      generationConfig: { responseSchema: { any_of: [own, { type: 'NULL' }] } },
    });
    const properties = { a: json, minItems: json };
    const [{ function_declarations: declared }] = body.tools as [JsonObject];
    assert.deepEqual(declared, [
      { name: 'f', parametersJsonSchema: { type: 'object', properties } },
      { name: 'g', parametersJsonSchema },
    ]);
    assert.deepEqual(body.generationConfig, {
      responseJsonSchema: { anyOf: [json, { type: 'null' }] },
    });
  });

  it('results in turns of their own are all the user’s (the reference: every second the model’s)', () => {
    const calls = ['a', 'b', 'c'].map((name) => ({ functionCall: { name } }));
    const result = (name: string, role?: string): JsonObject => ({
      role,
      parts: [{ functionResponse: { name, response: {} } }],
    });
    const contents = contentsOf([
      { role: 'user', parts: [{ text: 'x' }] },
      { role: 'model', parts: calls },
      result('a', 'function'),
      result('b', 'function'),
      result('c'),
    ]);
    assert.deepEqual(
      contents.map(({ role }) => role),
      ['user', 'model', 'user', 'user', 'user'],
    );
  });

  it('G5: a limit in text is the client’s own', () => {
    const body = sent({ contents: [], generationConfig: { maxOutputTokens: '100000' } });
    assert.deepEqual(body.generationConfig, { maxOutputTokens: '100000' });
  });

  const capability = { min: 128, max: 20_000, dynamicAllowed: true };
  const thinks = (thinkingConfig: JsonObject, over: Partial<RequestContext>): unknown =>
    (sent({ generationConfig: { thinkingConfig } }, over).generationConfig as JsonObject)
      .thinkingConfig;

  it('thinking that fits keeps its spelling and order', () => {
    const wish = { includeThoughts: true, thinkingLevel: 'HIGH' };
    const levels = { capability: { levels: ['low', 'high'] } };
    assert.equal(JSON.stringify(thinks(wish, levels)), JSON.stringify(wish));
  });

  it('a level that is not said is none', () => {
    const wish = { thinkingLevel: 'THINKING_LEVEL_UNSPECIFIED', thinkingBudget: 500 };
    assert.deepEqual(thinks(wish, { capability }), { thinkingBudget: 500 });
  });

  it('25: thinking by suffix and by body', () => {
    const wish = { thinkingBudget: 64_000, includeThoughts: true };
    assert.deepEqual(thinks(wish, { capability, thinking: '64000' }), {
      thinkingBudget: 20_000,
      includeThoughts: true,
    });
    assert.deepEqual(thinks(wish, {}), wish);
    assert.equal(thinks(wish, { capability: {} }), undefined);
    assert.throws(
      () => thinks(wish, { capability }),
      (error) => error instanceof SwitchyardError && error.code === 'invalid_request',
    );
  });
});

describe('Gemini → Gemini, answers', () => {
  const CHUNKS = [
    '{ "candidates":[{"content":{"parts":[{"text":"a"}]}}],"usageMetadata":{"promptTokenCount":2}}',
    '{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":2,' +
      '"candidatesTokenCount":3,"thoughtsTokenCount":4,"totalTokenCount":9}}',
  ];
  const stream = Buffer.from(CHUNKS.map((chunk) => `data: ${chunk}\n\n`).join(''));
  const reader = (over: Partial<ResponseContext> = {}) =>
    geminiToGemini.response(responseContext(over));

  it('chunks as received, however they are cut', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const reading = reader();
      assert.equal(clientText(reading, randomPieces(stream, seed)), stream.toString());
      assert.deepEqual(reading.usage, {
        inputTokens: 2,
        outputTokens: 7,
        cachedTokens: 0,
        reasoningTokens: 4,
        totalTokens: 9,
      });
    }
  });

  it('an array for clients without events; `[DONE]` is no chunk', () => {
    const done = Buffer.concat([stream, Buffer.from('data: [DONE]\n\n')]);
    const text = clientText(reader({ streamForm: 'array' }), [done]);
    assert.deepEqual(
      JSON.parse(text),
      CHUNKS.map((chunk) => JSON.parse(chunk) as unknown),
    );
    assert.equal(clientText(reader(), [done]), stream.toString());
  });

  it('one line of data and nothing beside it, which is all that Gemini CLI reads', () => {
    const lines = JSON.stringify(JSON.parse(CHUNKS[1] ?? ''), null, 1).replaceAll('\n', '\ndata: ');
    const text = clientText(reader(), [
      Buffer.from(`: a\nid: 1\nevent: b\ndata:${lines}\n\n: c\n\n`),
    ]);
    assert.match(text, /^data: \{[^\n]*\}\n\n$/);
    assert.deepEqual(JSON.parse(text.slice(6)), JSON.parse(CHUNKS[1] ?? ''));
  });

  it('candidates that end one after the other, and chunks behind the end of all', () => {
    const chunk = (index: number, finishReason?: string): string =>
      `data: ${JSON.stringify({ candidates: [{ index, finishReason }] })}\n\n`;
    const answer = chunk(0, 'STOP') + chunk(1) + chunk(1, 'STOP');
    const late = chunk(0) + chunk(1, 'STOP');
    assert.equal(clientText(reader(), [Buffer.from(answer + late)]), answer);
  });

  it('a whole body for a client that wants a stream', () => {
    const body = Buffer.from(JSON.stringify(JSON.parse(CHUNKS[1] ?? ''), null, 1));
    const events = String(reader().onBody(body));
    assert.match(events, /^data: \{[^\n]*\}\n\n$/);
    const array = String(reader({ streamForm: 'array' }).onBody(body));
    assert.deepEqual(JSON.parse(array), [JSON.parse(CHUNKS[1] ?? '')]);
  });

  it('a list instead of events or a body is the upstream’s fault', () => {
    assert.throws(() => reader().onBody(Buffer.from('[{"candidates":[]}]')), {
      code: 'upstream_bad_answer',
    });
  });

  it('a whole body as received', () => {
    const body = Buffer.from(CHUNKS[1] ?? '');
    const reading = reader({ stream: false });
    assert.equal(reading.onBody(body), body);
    assert.equal(reading.usage?.totalTokens, 9);
  });

  it('“not said” is no finish reason and refuses nothing', () => {
    const chunks = [
      { promptFeedback: { blockReason: 'BLOCK_REASON_UNSPECIFIED' } },
      { candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: UNSAID }] },
      { candidates: [{ content: { parts: [{ text: 'b' }] }, finishReason: 'STOP' }] },
    ];
    const bytes = Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''));
    assert.equal(clientText(geminiToGemini.response(responseContext()), [bytes]), String(bytes));
  });

  it('a stream that breaks off', () => {
    const { error } = failedText(reader(), Buffer.from(`data: ${CHUNKS[0] ?? ''}\n\n`));
    assert.ok(error instanceof SwitchyardError);
    assert.equal(error.code, 'upstream_incomplete_stream');
  });
});

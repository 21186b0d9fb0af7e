/** The form of an answer, asked of Anthropic by clients of the other dialects. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { objectOf, type JsonObject } from '../../../../src/canonical/value.ts';
import type { ClientFormat } from '../../../../src/formats/format.ts';
import { CLAUDE_MODELS, claudeModel } from '../../../../src/formats/claude/models.ts';
import { pairFor } from '../../../../src/formats/pairs.ts';
import { requestContext } from '../../chat/contexts.ts';

const MODEL = 'claude-opus-4-6';
const SCHEMA = {
  type: 'object',
  properties: { age: { type: 'integer', minimum: 0 }, born: { type: 'string', format: 'date' } },
  required: ['age'],
};
const FORMAT = {
  type: 'json_schema',
  schema: {
    type: 'object',
    properties: {
      age: { type: 'integer', description: 'minimum: 0' },
      born: { type: 'string', format: 'date' },
    },
    required: ['age'],
    additionalProperties: false,
  },
};

const chat = (response_format: unknown): JsonObject => ({
  messages: [{ role: 'user', content: 'q' }],
  response_format,
});
const responses = (format: unknown): JsonObject => ({ input: 'q', text: { format } });
const gemini = (generationConfig: unknown): JsonObject => ({
  contents: [{ role: 'user', parts: [{ text: 'q' }] }],
  generationConfig,
});
/** Google's own names of types. */
const inCapitals = (schema: object): unknown =>
  JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === 'type' && typeof value === 'string' ? value.toUpperCase() : value,
  );

const asked = chat({ type: 'json_schema', json_schema: { name: 'n', schema: SCHEMA } });
const SPELLINGS: [string, ClientFormat, JsonObject][] = [
  ['chat', 'openai', asked],
  [
    'Responses',
    'openai-response',
    responses({ type: 'json_schema', name: 'n', strict: true, schema: SCHEMA }),
  ],
  ['Gemini, JSON Schema', 'gemini', gemini({ responseJsonSchema: SCHEMA })],
  ['Gemini, own dialect', 'gemini', gemini({ responseSchema: inCapitals(SCHEMA) })],
];

function bytesSent(client: ClientFormat, body: JsonObject, model = MODEL): string {
  const capability = claudeModel(model)?.thinking;
  const context = requestContext({ model, ...(capability !== undefined && { capability }) });
  const pair = pairFor(client, 'claude');
  assert.ok(pair !== undefined);
  return Buffer.from(pair.encodeRequest(Buffer.from(JSON.stringify(body)), context)).toString();
}

const sent = (...request: Parameters<typeof bytesSent>): JsonObject =>
  JSON.parse(bytesSent(...request)) as JsonObject;

describe('structured output on Anthropic (the reference drops it)', () => {
  for (const [name, client, body] of SPELLINGS) {
    it(`${name}: the schema is sent, in the form that Anthropic takes`, () => {
      assert.deepEqual(sent(client, body).output_config, { format: FORMAT });
    });

    it(`${name}: the same request is the same bytes`, () => {
      assert.equal(bytesSent(client, body), bytesSent(client, body));
    });
  }

  it('7.4: the example has its schema too', () => {
    const file = new URL('../../chat/example.json', import.meta.url);
    const { request } = JSON.parse(readFileSync(file, 'utf8')) as { request: JsonObject };
    const { schema } = objectOf(objectOf(request.response_format).json_schema);
    assert.deepEqual(sent('openai', request).output_config, {
      effort: 'high',
      format: { type: 'json_schema', schema },
    });
  });

  it('a forced tool takes the effort away, not the form', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const body = { ...asked, reasoning_effort: 'high', tools, tool_choice: 'required' };
    const { thinking, output_config } = sent('openai', body);
    assert.deepEqual([thinking, output_config], [undefined, { format: FORMAT }]);
  });

  it('I16: JSON of any form, and text, are not asked for', () => {
    for (const type of ['json_object', 'text']) {
      assert.equal('output_config' in sent('openai', chat({ type })), false);
      assert.equal('output_config' in sent('openai-response', responses({ type })), false);
    }
    const anyJson = gemini({ responseMimeType: 'application/json' });
    assert.equal('output_config' in sent('gemini', anyJson), false);
    const empty = chat({ type: 'json_schema', json_schema: { name: 'n', schema: {} } });
    assert.equal('output_config' in sent('openai', empty), false);
  });

  it('models since Opus 4.1 get it, by their id or without its date; others would refuse', () => {
    const getsIt = (model: string): boolean => 'output_config' in sent('openai', asked, model);
    const names = CLAUDE_MODELS.map(({ id }) => id);
    const since = names.indexOf('claude-opus-4-1-20250805') + 1;
    assert.deepEqual(names.filter(getsIt), names.slice(0, since));
    assert.ok(['claude-sonnet-4-5', 'claude-haiku-4-5', 'claude-opus-4-1'].every(getsIt));
    assert.ok(!['claude-opus-4', 'claude-unknown', 'glm-5', ''].some(getsIt));
  });
});

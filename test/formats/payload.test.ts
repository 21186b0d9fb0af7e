/** Payload rules on upstream bodies (translate-openai-claude.md 11, vectors 12.18). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { payloadPlan } from '../../src/actors/payload.ts';
import type { JsonObject } from '../../src/canonical/value.ts';
import { parseConfig } from '../../src/config/schema.ts';
import type { ClientFormat, RequestContext, UpstreamFormat } from '../../src/formats/format.ts';
import { pairFor } from '../../src/formats/pairs.ts';
import { applyPayload } from '../../src/formats/payload/apply.ts';
import { encodeBody } from '../../src/formats/payload/encode.ts';
import { loadVectors } from '../support/vectors.ts';
import { requestContext } from './chat/contexts.ts';

const ENV = { homeDir: '/home/x', cwd: '/x' };

/** Rules of a configuration file, which may be JSON. */
const rulesOf = (config: unknown) => parseConfig(JSON.stringify(config), ENV).payload;

/** Values of headers in vectors are texts or lists of them. */
const flat = (headers: Record<string, string | string[]>): string[] =>
  Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name.toLowerCase(), value]),
  );

describe('payload rules, the vectors', () => {
  // R11 is about the image tool: test/formats/codex/image-tool.test.ts.
  for (const vector of loadVectors({ op: 'payload' }).filter(({ id }) => id !== 'R11')) {
    it(`${vector.id}: ${vector.note}`, () => {
      const plan = payloadPlan(rulesOf(vector.cfg), {
        model: vector.model ?? '',
        requestedModel: vector.requested ?? '',
        format: vector.fromProtocol as ClientFormat,
        upstreamFormat: vector.protocol as UpstreamFormat,
        headers: flat(vector.headers ?? {}),
      });
      const body = structuredClone(vector.in) as JsonObject;
      if (plan !== undefined) applyPayload(body, plan, vector.original as JsonObject);
      assert.deepEqual(body, vector.out);
    });
  }
});

const ANY = [{ name: '*' }];
const MESSAGES = [{ role: 'user', content: 'q' }];

interface Over extends Partial<RequestContext> {
  client?: ClientFormat;
  upstream?: UpstreamFormat;
}

/** The body that goes upstream. */
function sent(
  payload: unknown,
  body: JsonObject,
  { client = 'openai', upstream = 'codex', ...over }: Over = {},
): JsonObject {
  const pair = pairFor(client, upstream);
  assert.ok(pair !== undefined);
  const plan = payloadPlan(rulesOf({ payload }), {
    model: 'gpt-5.5',
    requestedModel: 'gpt-5.5',
    format: client,
    upstreamFormat: upstream,
    headers: [],
  });
  const bytes = Buffer.from(JSON.stringify({ messages: MESSAGES, ...body }));
  const context = requestContext({ ...over, ...(plan && { payload: plan }) });
  return JSON.parse(
    Buffer.from(encodeBody(pair, upstream, bytes, context)).toString(),
  ) as JsonObject;
}

describe('payload rules and what is fixed (codex.md 1.6)', () => {
  it('fixed members win over every rule', () => {
    const params = {
      model: 'other',
      stream: false,
      previous_response_id: 'x',
      generate: true,
      prompt_cache_retention: '24h',
      safety_identifier: 'x',
      stream_options: {},
      prompt_cache_key: 'theirs',
      service_tier: 'priority',
    };
    const changed = sent({ override: [{ models: ANY, params }] }, {}, { cacheKey: 'ours' });
    const plain = sent({}, {}, { cacheKey: 'ours' });
    assert.deepEqual(changed, { ...plain, service_tier: 'priority' });
  });

  it('a filter can not remove them either', () => {
    const names = ['model', 'stream', 'prompt_cache_key', 'instructions'];
    const changed = sent({ filter: [{ models: ANY, params: names }] }, {}, { cacheKey: 'ours' });
    assert.deepEqual(
      names.map((name) => changed[name]),
      ['gpt-5.5', true, 'ours', ''],
    );
  });

  it('the image tool is added after the rules, parallel calls follow the tools', () => {
    const filter = [{ models: ANY, params: ['tools'] }];
    const tools = [{ type: 'function', function: { name: 'f' } }];
    assert.deepEqual(sent({ filter }, { tools }, { imageTool: 'add' }).tools, [
      { type: 'image_generation', output_format: 'png' },
    ]);
    const without = sent({ filter }, { tools });
    assert.equal('tools' in without || 'parallel_tool_calls' in without, false);
  });

  it('an override may bring back a tool that was taken out', () => {
    const params = { 'tools.-1': { type: 'image_generation' } };
    const changed = sent({ override: [{ models: ANY, params }] }, {}, { imageTool: 'remove' });
    assert.deepEqual(changed.tools, [{ type: 'image_generation' }]);
  });

  it('R02: a default beats the suffix of the model, which the client did not say in its body', () => {
    const rules = { default: [{ models: ANY, params: { reasoning_effort: 'low' } }] };
    const effort = (body: JsonObject): unknown =>
      sent(rules, body, { upstream: 'openai', thinking: 'high' }).reasoning_effort;
    assert.equal(effort({}), 'low');
    assert.equal(effort({ reasoning_effort: 'medium' }), 'high');
  });
});

describe('payload rules and what comes behind them', () => {
  const model = 'claude-opus-4-6';
  const CLAUDE = { client: 'claude', upstream: 'claude', model } as const;
  const capability = { min: 1024, max: 128_000, levels: ['low', 'high'] };

  it('10.3: a default limit stands in for the one of the model', () => {
    const rules = { default: [{ models: ANY, params: { max_tokens: 5000 } }] };
    assert.equal(sent(rules, {}, CLAUDE).max_tokens, 5000);
    assert.equal(sent(rules, { max_tokens: 9 }, CLAUDE).max_tokens, 9);
    const gone = { filter: [{ models: ANY, params: ['max_tokens'] }] };
    assert.equal(sent(gone, { max_tokens: 9 }, CLAUDE).max_tokens, 128_000);
  });

  it('10.3: what Anthropic refuses in combination is taken out after them', () => {
    const params = { 'thinking.type': 'adaptive', temperature: 0.2, top_k: 3 };
    const rules = { override: [{ models: ANY, params }] };
    const changed = sent(rules, { max_tokens: 9 }, CLAUDE);
    assert.deepEqual(changed.thinking, { type: 'adaptive' });
    assert.equal('temperature' in changed || 'top_k' in changed, false);
    const forced = sent(rules, { max_tokens: 9, tool_choice: { type: 'any' } }, CLAUDE);
    assert.equal('thinking' in forced, false);
  });

  it('10.3: no rule can set more marks for the prompt cache than Anthropic takes', () => {
    const block = { type: 'text', text: 'S', cache_control: { type: 'ephemeral' } };
    const rules = { override: [{ models: ANY, params: { system: Array(5).fill(block) } }] };
    const changed = JSON.stringify(sent(rules, { max_tokens: 9 }, CLAUDE));
    assert.equal(changed.split('cache_control').length - 1, 4);
  });

  it('a default sees the effort of the body in the words of the upstream, under a suffix, too', () => {
    const rules = { default: [{ models: ANY, params: { 'output_config.effort': 'low' } }] };
    const over = { ...CLAUDE, client: 'openai', capability, thinking: 'max' } as const;
    const { output_config } = sent(rules, { reasoning_effort: 'high' }, over);
    assert.deepEqual(output_config, { effort: 'high' });
  });

  it('2.6: the limit of a Gemini model holds against them', () => {
    const params = { 'generationConfig.maxOutputTokens': 1_000_000 };
    const rules = { override: [{ models: ANY, params }] };
    const over = { upstream: 'gemini', model: 'gemini-2.5-pro' } as const;
    assert.deepEqual(sent(rules, {}, over).generationConfig, { maxOutputTokens: 65_536 });
  });

  it('R13: what # collects is compared as one list', () => {
    const tools = ['a', 'b'].map((name) => ({ type: 'function', function: { name } }));
    const hit = (value: unknown): unknown => {
      const models = [{ name: '*', match: [{ 'tools.#.name': value }], exist: [' '] }];
      return sent({ override: [{ models, params: { hit: 1 } }] }, { tools }).hit;
    };
    assert.deepEqual([hit(['a', 'b']), hit('a')], [1, undefined]);
  });
});

describe('payload rules, cost and safety', () => {
  it('without a rule for the request the bytes are those of the translation', () => {
    const rules = { override: [{ models: [{ name: 'claude-*' }], params: { a: 1 } }] };
    assert.deepEqual(sent(rules, {}), sent({}, {}));
    const subject = {
      model: 'gpt-5.5',
      requestedModel: 'gpt-5.5',
      format: 'openai',
      upstreamFormat: 'codex',
      headers: [],
    } as const;
    assert.equal(payloadPlan([], subject), undefined);
    assert.equal(payloadPlan(rulesOf({ payload: rules }), subject), undefined);
  });

  it('the values of a rule are never shared between requests', () => {
    const rules = rulesOf({
      payload: {
        override: [
          { models: ANY, params: { box: {} } },
          { models: ANY, params: { 'box.n.-1': 1 } },
        ],
      },
    });
    const subject = { model: 'm', requestedModel: 'm', headers: [] };
    const plan = payloadPlan(rules, { ...subject, format: 'openai', upstreamFormat: 'codex' });
    assert.ok(plan !== undefined);
    for (let round = 0; round < 2; round += 1) {
      const body: JsonObject = {};
      applyPayload(body, plan, {});
      assert.deepEqual(body, { box: { n: [1] } });
    }
  });

  it('keys with | @ # : and __proto__ are keys', () => {
    const body: JsonObject = {};
    const params = { 'a|b': 1, '@this': 2, '\\#': 3, 'x:y': 4, '__proto__.polluted': 5 };
    const rules = rulesOf({ payload: { override: [{ models: ANY, params }] } });
    const subject = { model: 'm', requestedModel: 'm', headers: [] };
    const plan = payloadPlan(rules, { ...subject, format: 'openai', upstreamFormat: 'codex' });
    applyPayload(body, plan ?? [], {});
    assert.deepEqual(
      JSON.parse(JSON.stringify(body)),
      JSON.parse('{"a|b":1,"@this":2,"#":3,"x:y":4,"__proto__":{"polluted":5}}'),
    );
    assert.equal(({} as JsonObject)['polluted'], undefined);
  });
});

/**
 * Models with a thinking suffix on real turns: every client dialect on every family of upstreams. The
 * upstream's own name of the model, without the suffix, is what goes out, in the body and in the URL
 * (translate-gemini-thinking.md 15.1, 16; routing.md 3.8).
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { answerTurn, FAMILIES, modelAsked, type FamilyName } from '../support/families.ts';
import { startFakeUpstream, type UpstreamRecord } from '../support/fake-upstream.ts';
import { sendRequest } from '../support/http-client.ts';
import { startProxy } from '../support/proxy.ts';

type Json = Record<string, unknown>;

const MESSAGES = [{ role: 'user', content: 'Hi' }];

/** How each dialect asks a model. */
const DIALECTS: Record<string, (model: string) => [path: string, body: Json]> = {
  chat: (model) => ['/v1/chat/completions', { model, messages: MESSAGES }],
  responses: (model) => ['/v1/responses', { model, input: 'Hi' }],
  claude: (model) => ['/v1/messages', { model, max_tokens: 50_000, messages: MESSAGES }],
  gemini: (model) => [
    `/v1beta/models/${model}:generateContent`,
    { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
  ],
};

/** What a family was told about the amount. */
const AMOUNTS: Record<FamilyName, (body: Json) => unknown> = {
  chat: (body) => body['reasoning_effort'],
  codex: (body) => (body['reasoning'] as Json | undefined)?.['effort'],
  claude: (body) => [
    body['thinking'],
    (body['output_config'] as Json | undefined)?.['effort'] ?? null,
  ],
  gemini: (body) => (body['generationConfig'] as Json | undefined)?.['thinkingConfig'],
};

const FAMILY_OF: [path: RegExp, FamilyName][] = [
  [/chat\/completions$/, 'chat'],
  [/\/responses$/, 'codex'],
  [/\/v1\/messages/, 'claude'],
  [/generateContent/i, 'gemini'],
];
const familyOf = ({ path }: UpstreamRecord): FamilyName =>
  FAMILY_OF.find(([pattern]) => pattern.test(path))?.[1] ?? 'chat';

const levels = (...words: string[]): Json => ({ levels: words });
const adaptive = (effort: string) => [{ type: 'adaptive' }, effort];
const enabled = (tokens: number) => [{ type: 'enabled', budget_tokens: tokens }, null];

const CHAT_MODELS = [
  { name: 'up/plain', alias: 'chat-plain' },
  { name: 'up/told', alias: 'chat-told', thinking: levels('minimal', 'xhigh') },
  { name: 'up/fixed(low)', alias: 'chat-fixed' },
  { name: 'up/pool-a', alias: 'chat-pool', thinking: levels('low') },
  { name: 'up/pool-b', alias: 'chat-pool', thinking: levels('high') },
  { name: 'up/numbers', alias: 'chat-numbers', thinking: { min: 100, max: 9000 } },
];

describe('models with a thinking suffix', async () => {
  const upstream = await startFakeUpstream({ after }, (call) => {
    if (modelAsked(call) === 'up/pool-a') call.json(500, '{"error":{"message":"no"}}');
    else answerTurn(FAMILIES[familyOf(call.request)], call);
  });
  const { origin } = upstream;
  const proxy = await startProxy(
    { after },
    {
      'openai-compatibility': [
        {
          name: 'acme',
          'base-url': `${origin}/v1`,
          'api-key-entries': [{ 'api-key': 'k' }],
          models: CHAT_MODELS,
        },
      ],
      'codex-api-key': [
        {
          'api-key': 'k',
          'base-url': `${origin}/v1`,
          models: [
            { name: 'up-plain', alias: 'codex-plain' },
            { name: 'up-told', alias: 'codex-told', thinking: levels('low', 'high') },
          ],
        },
      ],
      'claude-api-key': [
        {
          'api-key': 'k',
          'base-url': origin,
          prefix: 'team',
          models: [
            { name: 'claude-opus-4-6', alias: 'opus' },
            { name: 'up-plain', alias: 'cl-plain' },
          ],
        },
      ],
      'gemini-api-key': [
        {
          'api-key': 'k',
          'base-url': origin,
          models: [
            { name: 'gem-plain', alias: 'gemini-plain' },
            { name: 'gem-told', alias: 'gemini-told', thinking: levels('low', 'high') },
          ],
        },
      ],
    },
  );

  /** What the upstream was asked in the end. */
  async function asked(dialect: string, model: string, more: Json = {}): Promise<UpstreamRecord> {
    const [path, body] = DIALECTS[dialect]?.(model) ?? ['', {}];
    const answer = await sendRequest(proxy.origin + path, { body: { ...body, ...more } });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    const last = upstream.requests.at(-1);
    assert.ok(last !== undefined);
    return last;
  }

  const cases: [model: string, upstreamModel: string, FamilyName, amount: unknown][] = [
    ['chat-plain(high)', 'up/plain', 'chat', 'high'],
    ['chat-plain(8192)', 'up/plain', 'chat', 'medium'],
    ['chat-plain(none)', 'up/plain', 'chat', 'low'],
    ['chat-plain(auto)', 'up/plain', 'chat', 'medium'],
    ['chat-plain(ultra)', 'up/plain', 'chat', undefined],
    ['chat-plain()', 'up/plain', 'chat', undefined],
    ['chat-told(xhigh)', 'up/told', 'chat', 'xhigh'],
    ['chat-told(2000)', 'up/told', 'chat', 'minimal'],
    ['chat-fixed(high)', 'up/fixed', 'chat', 'low'],
    ['chat-numbers(high)', 'up/numbers', 'chat', undefined],
    ['codex-plain(xhigh)', 'up-plain', 'codex', 'xhigh'],
    ['codex-plain(600)', 'up-plain', 'codex', 'low'],
    ['codex-told(auto)', 'up-told', 'codex', 'low'],
    ['team/opus(high)', 'claude-opus-4-6', 'claude', adaptive('high')],
    ['opus(4096)', 'claude-opus-4-6', 'claude', enabled(4096)],
    ['opus(none)', 'claude-opus-4-6', 'claude', [{ type: 'disabled' }, null]],
    ['cl-plain(high)', 'up-plain', 'claude', adaptive('high')],
    ['cl-plain(20000)', 'up-plain', 'claude', enabled(20_000)],
    ['gemini-plain(high)', 'gem-plain', 'gemini', { thinkingBudget: 24_576 }],
    ['gemini-plain(none)', 'gem-plain', 'gemini', { thinkingBudget: 0 }],
    ['gemini-told(none)', 'gem-told', 'gemini', { thinkingLevel: 'low' }],
    ['gemini-told(100000)', 'gem-told', 'gemini', { thinkingLevel: 'high' }],
  ];
  for (const [model, upstreamModel, family, amount] of cases) {
    for (const dialect of Object.keys(DIALECTS)) {
      it(`${model} for a ${dialect} client`, async () => {
        const request = await asked(dialect, model);
        const body = request.json();
        assert.equal(familyOf(request), family);
        assert.equal(body['model'], upstreamModel);
        if (family === 'gemini') assert.ok(request.path.includes(`/models/${upstreamModel}:`));
        const isDefault = amount === undefined || model.startsWith('chat-numbers');
        if (isDefault) assert.equal('reasoning_effort' in body, false);
        else assert.deepEqual(AMOUNTS[family](body), amount);
      });
    }
  }

  it('the suffix beats the body, and one that says nothing leaves it', async () => {
    const body = { reasoning_effort: 'medium' };
    const effort = async (model: string) =>
      (await asked('chat', model, body)).json()['reasoning_effort'];
    assert.equal(await effort('chat-plain(low)'), 'low');
    assert.equal(await effort('chat-plain(ultra)'), 'medium');
    assert.equal(await effort('chat-plain'), 'medium');
  });

  it('each model of a pool is asked for what it can do', async () => {
    const request = await asked('claude', 'chat-pool(medium)');
    assert.equal(request.json()['model'], 'up/pool-b');
    assert.equal(request.json()['reasoning_effort'], 'high');
    const first = upstream.requests.at(-2)?.json() ?? {};
    assert.deepEqual([first['model'], first['reasoning_effort']], ['up/pool-a', 'low']);
  });

  it('an amount that the model does not offer is told in the words of the client', async () => {
    const [path, body] = DIALECTS['chat']?.('chat-told') ?? ['', {}];
    const refused = await sendRequest(proxy.origin + path, {
      body: { ...body, reasoning_effort: 'low' },
    });
    assert.equal(refused.status, 400);
    const { error } = JSON.parse(await refused.text()) as { error: Json };
    assert.equal(error['message'], 'level "low" not supported, valid levels: minimal, xhigh');
    assert.equal(error['type'], 'invalid_request_error');
  });
});

/** An account that can not serve: another one answers, once, and the right accounts rest. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { codexKeys, startProxy, type TestProxy } from '../support/proxy.ts';
import { endingOf, PATHS, shortTurn } from '../support/endings.ts';
import { reconfigure } from '../support/reconfigure.ts';
import { refusedOrigin } from '../support/raw-socket.ts';
import { sendRequest, type ClientAnswer } from '../support/http-client.ts';
import {
  startFakeUpstream,
  type FakeUpstream,
  type UpstreamExchange,
} from '../support/fake-upstream.ts';
import { usageLimitBody } from '../support/turns.ts';

type Refusal = (call: UpstreamExchange) => void;

const status =
  (code: number, body = `{"error":{"message":"status ${code}"}}`): Refusal =>
  (call) =>
    call.json(code, body);

const accountOf = (call: UpstreamExchange): string => call.request.headers['authorization'] ?? '';
const accounts = (upstream: FakeUpstream): string[] => upstream.calls.map(accountOf);

const ask = (proxy: TestProxy, model = 'gpt-5.5', stream = false): Promise<ClientAnswer> =>
  sendRequest(proxy.origin + PATHS.chat, { body: shortTurn('chat', model, stream) });

const MOVES: [name: string, refuse: Refusal][] = [
  ['429 with a time in the body', (call) => call.json(429, usageLimitBody(3600))],
  ['429 with Retry-After', (call) => call.json(429, '{}', { 'retry-after': '60' })],
  ['429 without a hint', status(429)],
  ['401', status(401)],
  ['402', status(402)],
  ['403', status(403)],
  ['404', status(404)],
  ['500', status(500)],
  ['503', status(503)],
  ['a usage limit under the status 400', (call) => call.json(400, usageLimitBody(3600))],
  ['an empty answer with an error status', (call) => call.json(502, '')],
];

const FINAL: [code: number, body: string][] = [
  [400, '{"error":{"message":"no such field","type":"invalid_request_error","param":"x"}, "n": 1}'],
  [
    413,
    '{"error":{"message":"too big","type":"invalid_request_error","code":"context_too_large"}}',
  ],
  [422, '{"detail":[{"loc":["body"],"msg":"wrong"}]}'],
];

describe('failover from one account to the next', async () => {
  const plays = new Map<string, Refusal>();
  const upstream = await startFakeUpstream({ after }, (call) => {
    const refuse = plays.get(String(call.request.json()['model']));
    if (refuse !== undefined && accountOf(call).endsWith('-0')) refuse(call);
    else call.turn();
  });
  const refused = await refusedOrigin();
  const moves = MOVES.flatMap(([name, refuse]) =>
    (['chat', 'responses'] as const).flatMap((dialect) =>
      [true, false].map((stream) => ({ name, refuse, dialect, stream })),
    ),
  ).map((item, index) => ({ ...item, model: `move-${index}` }));
  const finals = FINAL.map(([code, body]) => ({ code, body, model: `final-${code}` }));
  for (const { model, refuse } of moves) plays.set(model, refuse);
  for (const { model, code, body } of finals) plays.set(model, status(code, body));
  const [down = {}, up = {}] = codexKeys(upstream.origin, 2, ['down']);
  const proxy = await startProxy(
    { after },
    {
      routing: { strategy: 'fill-first' },
      'codex-api-key': [
        ...codexKeys(upstream.origin, 2, [...plays.keys()]),
        { ...down, 'base-url': `${refused}/v1`, priority: 5 },
        { ...up, 'api-key': 'key-up' },
      ].map((entry, index) => ({ priority: -index, ...entry })),
    },
  );

  for (const { name, dialect, stream, model } of moves) {
    it(`${name}: ${stream ? 'streamed' : 'whole'} ${dialect} is answered by the other`, async () => {
      const before = upstream.calls.length;
      const body = shortTurn(dialect, model, stream);
      for (const turn of ['the turn itself', 'the next turn']) {
        const answer = await sendRequest(proxy.origin + PATHS[dialect], { body });
        assert.deepEqual(
          await endingOf(answer, dialect),
          { kind: 'ok', status: 200, message: '' },
          turn,
        );
      }
      const asked = accounts(upstream).slice(before);
      assert.deepEqual(asked, ['Bearer key-0', 'Bearer key-1', 'Bearer key-1']);
    });
  }

  it('a refused connection: the other answers, and the dead one is not asked again', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const answer = await ask(proxy, 'down');
      assert.equal(answer.status, 200, await answer.text());
      assert.equal(accounts(upstream).at(-1), 'Bearer key-up');
    }
  });

  for (const { code, body, model } of finals) {
    it(`${code} is the answer as it came: asked once, nobody rests`, async () => {
      const before = upstream.calls.length;
      for (let turn = 0; turn < 2; turn += 1) {
        const answer = await ask(proxy, model, turn === 1);
        assert.equal(answer.status, code);
        assert.equal(await answer.text(), body);
      }
      const asked = accounts(upstream).slice(before);
      assert.deepEqual(asked, ['Bearer key-0', 'Bearer key-0']);
    });
  }
});

describe('a pool with nobody left', async () => {
  let refuse: Refusal = status(500);
  const upstream = await startFakeUpstream({ after }, (call) => refuse(call));
  const proxy = await startProxy({ after }, {});

  /** Two fresh accounts that refuse. Returns how often they were asked since. */
  async function pool(
    model: string,
    refusal: Refusal,
    settings: Record<string, unknown> = {},
  ): Promise<() => number> {
    refuse = refusal;
    const keys = codexKeys(upstream.origin, 2, [model]);
    await reconfigure(proxy, { 'codex-api-key': keys, ...settings }, model);
    const before = upstream.calls.length;
    return () => upstream.calls.length - before;
  }

  it('out of quota: the last refusal, then 429 model_cooldown with Retry-After', async () => {
    const asked = await pool('quota', (call) => call.json(429, usageLimitBody(1800)));
    const first = await ask(proxy, 'quota');
    assert.equal(first.status, 429);
    assert.equal(await first.text(), usageLimitBody(1800));
    const second = await ask(proxy, 'quota', true);
    assert.equal(second.status, 429);
    assert.ok(Number(second.headers['retry-after']) > 0);
    const { error } = (await second.json()) as { error: Record<string, unknown> };
    assert.equal(error['code'], 'model_cooldown');
    assert.equal(error['model'], 'quota');
    assert.ok(Number(error['reset_seconds']) > 1700);
    assert.equal(asked(), 2, 'each account was asked once');
  });

  it('blocked for different reasons: 503', async () => {
    const asked = await pool('mixed', (call) =>
      call.request.index % 2 === 0 ? call.json(429, usageLimitBody(1800)) : call.json(402, '{}'),
    );
    assert.match(String((await ask(proxy, 'mixed')).status), /^(402|429)$/);
    const second = await ask(proxy, 'mixed');
    assert.equal(second.status, 503);
    assert.match(await second.text(), /"message":"auth_unavailable: no auth available/);
    assert.equal(asked(), 2);
  });

  const ROUNDS: [name: string, settings: Record<string, unknown>, code: number, tries: number][] = [
    ['no further round by default', {}, 500, 2],
    ['request-retry adds rounds while nobody rests', { 'request-retry': 2 }, 500, 6],
    ['401 makes no round', { 'request-retry': 2 }, 401, 2],
    ['max-retry-credentials limits a round', { 'max-retry-credentials': 1 }, 500, 1],
    ['both', { 'max-retry-credentials': 1, 'request-retry': 2 }, 500, 3],
    [
      'max-retry-interval 0 waits for no account that rests',
      { 'request-retry': 2, 'max-retry-interval': 0, 'transient-error-cooldown-seconds': 60 },
      500,
      2,
    ],
    ['disable-cooling keeps everybody selectable', { 'disable-cooling': true }, 429, 2],
  ];
  for (const [index, [name, settings, code, tries]] of ROUNDS.entries()) {
    it(`${name}: ${tries} tries`, async () => {
      const model = `rounds-${index}`;
      const calm = { 'transient-error-cooldown-seconds': -1, ...settings };
      const asked = await pool(model, status(code), calm);
      assert.equal((await ask(proxy, model)).status, code);
      assert.equal(asked(), tries);
      if (settings['disable-cooling'] !== true) return;
      assert.equal((await ask(proxy, model)).status, code);
      assert.equal(asked(), 2 * tries);
    });
  }
});

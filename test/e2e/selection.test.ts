/** Which account and which upstream model a request reaches, by name and by configuration. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { chatObject, chatSse, chatTurn, responsesSse, responsesTurn } from '../support/turns.ts';
import { PATHS, shortTurn, type Dialect } from '../support/endings.ts';
import { reconfigure } from '../support/reconfigure.ts';
import { sendRequest } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { startProxy } from '../support/proxy.ts';

type Entry = Record<string, unknown>;

const repeat = <T>(times: number, value: T): T[] => Array.from({ length: times }, () => value);

describe('the choice of account and model', async () => {
  const failing = new Set<string>();
  const upstream = await startFakeUpstream({ after }, (call) => {
    const { model, stream } = call.request.json();
    const told = { model: String(model) };
    const account = call.request.headers['authorization']?.replace('Bearer ', '') ?? '';
    if (failing.has(account)) call.json(500, '{}');
    else if (call.request.path.endsWith('/responses')) {
      call.sse(responsesSse(responsesTurn(told)));
    } else if (stream === true) call.sse(chatSse(chatTurn(told)));
    else call.json(200, chatObject(told));
  });
  const proxy = await startProxy({ after }, {});

  const key = (name: string, models: string[], more: Entry = {}): Entry => ({
    'api-key': name,
    'base-url': `${upstream.origin}/v1`,
    models: models.map((model) => ({ name: model })),
    ...more,
  });
  const compatible = (name: string, models: Entry[], more: Entry = {}): Entry => ({
    name,
    'base-url': `${upstream.origin}/${name}/v1`,
    'api-key-entries': [{ 'api-key': `${name}-key` }],
    models,
    ...more,
  });
  const use = (marker: string, codex: Entry[], more: Entry = {}): Promise<void> => {
    const keys = [...codex, key('marker', [marker])];
    const routing = { 'session-affinity': false, ...(more['routing'] as Entry) };
    return reconfigure(proxy, { 'codex-api-key': keys, ...more, routing }, marker);
  };
  const post = (model: string, dialect: Dialect = 'chat', stream = false) =>
    sendRequest(proxy.origin + PATHS[dialect], { body: shortTurn(dialect, model, stream) });

  /** Asks several times; which accounts served, in order. */
  async function served(model: string, times: number): Promise<string[]> {
    const accounts: string[] = [];
    for (let turn = 0; turn < times; turn += 1) {
      const answer = await post(model);
      assert.equal(answer.status, 200, await answer.text());
      const sent = upstream.requests.at(-1);
      accounts.push(sent?.headers['authorization']?.replace('Bearer ', '') ?? '');
    }
    return accounts;
  }

  it('round-robin takes turns', async () => {
    await use('round', [key('a', ['m']), key('b', ['m']), key('c', ['m'])]);
    const accounts = await served('m', 6);
    assert.deepEqual(accounts.slice(3), accounts.slice(0, 3));
    assert.deepEqual([...new Set(accounts)].sort(), ['a', 'b', 'c']);
  });

  it('fill-first stays with the first', async () => {
    await use('fill', [key('a', ['m']), key('b', ['m'])], { routing: { strategy: 'fill-first' } });
    assert.equal(new Set(await served('m', 4)).size, 1);
  });

  it('weights share 3 to 1, and weight 0 gets nothing', async () => {
    await use(
      'weights',
      [
        key('a', ['m'], { weight: 3 }),
        key('b', ['m'], { weight: 1 }),
        key('c', ['m'], { weight: 0 }),
      ],
      { routing: { strategy: 'weighted-round-robin' } },
    );
    const accounts = (await served('m', 8)).sort();
    assert.deepEqual(accounts, [...repeat(6, 'a'), ...repeat(2, 'b')]);
  });

  it('the highest priority serves; lower ones when it fails, in the same request', async () => {
    await use('priority', [
      key('low', ['m'], { priority: 1 }),
      key('high', ['m'], { priority: 7 }),
    ]);
    assert.deepEqual(await served('m', 3), repeat(3, 'high'));
    failing.add('high');
    assert.deepEqual(await served('m', 2), repeat(2, 'low'));
  });

  it('excluded models and disabled providers offer nothing', async () => {
    await use(
      'excluded',
      [key('a', ['m', 'n-1'], { 'excluded-models': ['n-*'] }), key('b', ['m'])],
      {
        'openai-compatibility': [compatible('off', [{ name: 'x' }], { disabled: true })],
      },
    );
    assert.deepEqual((await served('m', 2)).sort(), ['a', 'b']);
    for (const model of ['n-1', 'x']) {
      const refused = await post(model);
      assert.equal(refused.status, 400);
      assert.match(await refused.text(), new RegExp(`unknown provider for model ${model}`));
    }
  });

  it('a prefix names its credentials, and the upstream never sees it', async () => {
    const keys = [key('team', ['m'], { prefix: 'team' }), key('plain', ['m'])];
    await use('prefix', keys);
    assert.deepEqual(await served('team/m', 2), ['team', 'team']);
    assert.equal(upstream.requests.at(-1)?.json()['model'], 'm');
    assert.deepEqual((await served('m', 2)).sort(), ['plain', 'team']);
    await use('forced-prefix', keys, { 'force-model-prefix': true });
    assert.deepEqual(await served('m', 3), repeat(3, 'plain'));
    assert.deepEqual(await served('team/m', 2), ['team', 'team']);
  });

  it('provider://model reaches that provider only', async () => {
    const providers = ['acme', 'bolt'].map((name) => compatible(name, [{ name: 'm' }]));
    await use('schemes', [], { 'openai-compatibility': providers });
    assert.deepEqual(await served('bolt://m', 3), repeat(3, 'bolt-key'));
    assert.deepEqual(await served('acme://m', 2), repeat(2, 'acme-key'));
    assert.equal(upstream.requests.at(-1)?.json()['model'], 'm');
    assert.equal((await post('nobody://m')).status, 400);
  });

  it('auto is the newest model that is offered', async () => {
    await use('newest', [key('a', [])]);
    const list = await sendRequest(`${proxy.origin}/v1/models`);
    const { data } = (await list.json()) as { data: { id: string; created: number }[] };
    const newest = Math.max(...data.map(({ created }) => created));
    assert.equal((await post('auto(low)')).status, 200);
    const sent = upstream.requests.at(-1)?.json();
    const chosen = data.find(({ id }) => id === sent?.['model']);
    assert.equal(chosen?.created, newest);
  });

  it('an alias reaches its model; with force-mapping answers name the alias', async () => {
    const models = (force: boolean) => [
      { name: 'Vendor/Big', alias: 'Big', 'force-mapping': force },
    ];
    for (const force of [false, true]) {
      const alias = force ? 'forced' : 'free';
      await use(alias, [key('a', [], { models: models(force) })], {
        'openai-compatibility': [compatible('acme', [{ ...models(force)[0], alias: 'Other' }])],
      });
      for (const [name, wire] of [
        ['Big', '/v1/responses'],
        ['Other', '/chat/completions'],
      ] as const) {
        for (const dialect of ['chat', 'responses'] as const) {
          for (const stream of [true, false]) {
            const text = await (await post(name, dialect, stream)).text();
            const sent = upstream.requests.at(-1);
            assert.ok(sent?.path.endsWith(wire), sent?.path);
            assert.equal(sent?.json()['model'], 'Vendor/Big');
            const where = `${dialect}, stream ${stream}, on ${wire}: ${text}`;
            const sameFormat = (dialect === 'responses') === wire.endsWith('responses');
            if (force || sameFormat) {
              assert.equal(text.includes('"model":"Vendor/Big"'), !force, where);
            }
            if (force) assert.ok(text.includes(`"model":"${name}"`), where);
          }
        }
      }
    }
  });

  it('a thinking suffix becomes the effort, in every dialect', async () => {
    await use('thinking', [key('a', ['gpt-5.5'])], {
      'openai-compatibility': [compatible('acme', [{ name: 'deep' }])],
    });
    for (const dialect of ['chat', 'responses'] as const) {
      assert.equal((await post('gpt-5.5(high)', dialect)).status, 200);
      const codex = upstream.requests.at(-1)?.json();
      assert.equal(codex?.['model'], 'gpt-5.5');
      assert.equal((codex['reasoning'] as Entry)['effort'], 'high');
      assert.equal((await post('deep(low)', dialect)).status, 200);
      const chat = upstream.requests.at(-1)?.json();
      assert.equal(chat?.['model'], 'deep');
      assert.equal(chat['reasoning_effort'], 'low');
    }
  });
});

/** Names of requests (routing.md 17.1) and what the lists show (17.2). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  account,
  codexKey,
  keyed,
  model,
  NOW,
  NO_STATES,
  stateAfter,
  statesOf,
  tableOf,
} from './support.ts';
import { listedModels, newestModel, standingOf, type States } from '../../src/routing/marks.ts';
import { resolveModel, type ResolvedModel } from '../../src/routing/resolve.ts';
import { applySuccess } from '../../src/actors/cooldown.ts';
import { SwitchyardError } from '../../src/errors.ts';
import { renderError } from '../../src/front/errors/render.ts';
import type { RoutedModel, RoutingTable } from '../../src/routing/table.ts';

const CHAT = '/v1/chat/completions';
const MINUTE = 60_000;

function resolve(
  table: RoutingTable,
  name: string,
  { states = NO_STATES, path = CHAT, status = 400 as 400 | 502 } = {},
): ResolvedModel {
  return resolveModel(name, { table, states, path, unknownModelStatus: status, nowMs: NOW });
}

function refused(run: () => unknown): SwitchyardError {
  let error: unknown;
  assert.throws(run, (thrown) => ((error = thrown), true));
  assert.ok(error instanceof SwitchyardError);
  return error;
}

/** Model ids with their dates, each at as many credentials as told. */
function dated(models: [id: string, created: number, credentials: number][]): RoutingTable {
  const table = tableOf(
    models.flatMap(([id, , count]) =>
      Array.from({ length: count }, (_, index) => keyed(`${id}-${index}`, [model(id)])),
    ),
  );
  for (const [id, created] of models) {
    const entry = table.models.get(id) as RoutedModel;
    (table.models as Map<string, RoutedModel>).set(id, {
      ...entry,
      info: { ...entry.info, created },
    });
  }
  return table;
}

describe('auto, routing.md 8 to 14', () => {
  const minuteAgo = stateAfter(429, 'b', NOW - MINUTE, 3_600_000);
  const cases: [string, [string, number, number][], States, string, string][] = [
    [
      '8: newest',
      [
        ['a', 100, 1],
        ['b', 200, 1],
      ],
      NO_STATES,
      'auto',
      'b',
    ],
    [
      '9: with suffix',
      [
        ['a', 100, 1],
        ['b', 200, 1],
      ],
      NO_STATES,
      'auto(high)',
      'b(high)',
    ],
    [
      '10: 429 a minute ago',
      [
        ['a', 100, 1],
        ['b', 200, 1],
      ],
      statesOf({ 'b-0': minuteAgo }),
      'auto',
      'a',
    ],
    [
      '11: one of two',
      [
        ['a', 100, 1],
        ['b', 200, 2],
      ],
      statesOf({ 'b-0': minuteAgo }),
      'auto',
      'a',
    ],
    [
      '12: one of three',
      [
        ['a', 100, 1],
        ['b', 200, 3],
      ],
      statesOf({ 'b-0': minuteAgo }),
      'auto',
      'b',
    ],
    [
      'ties by id',
      [
        ['b', 100, 1],
        ['a', 100, 1],
      ],
      NO_STATES,
      'auto',
      'a',
    ],
  ];
  for (const [title, models, states, name, expected] of cases) {
    it(title, () => {
      const found = resolve(dated(models), name, { states });
      assert.equal(found.routeModel, expected);
      assert.equal(found.model.info.id, expected.replace('(high)', ''));
    });
  }

  it('an id without a date is the oldest; image models are never meant', () => {
    const table = tableOf([account('acc', { plan: 'free' })]);
    assert.equal(newestModel(table, NO_STATES, NOW), 'gpt-5.6-luna');
    const onlyImages = tableOf([account('acc', { excludedModels: ['*5.*', 'codex-*'] })]);
    assert.deepEqual(
      listedModels(onlyImages, NO_STATES, NOW).map((entry) => entry.info.id),
      ['gpt-image-1.5', 'gpt-image-2'],
    );
    assert.equal(newestModel(onlyImages, NO_STATES, NOW), undefined);
  });

  for (const [number, name] of [
    [13, 'auto'],
    [14, 'AUTO'],
  ] as const) {
    it(`${number}: ${name} without such a model`, () => {
      const error = refused(() => resolve(tableOf([]), name));
      assert.equal(error.message, `unknown provider for model ${name}`);
      assert.equal(error.status, 400);
    });
  }
});

describe('refused names, routing.md 15 to 26', () => {
  const error = (name: string, table = tableOf([]), path = CHAT): Record<string, unknown> => {
    const rendered = renderError(
      refused(() => resolve(table, name, { path })),
      'openai',
    );
    const body = JSON.parse(rendered.body) as { error: Record<string, unknown> };
    return { status: rendered.status, ...body.error };
  };
  const unknown = (name: string) => ({
    status: 400,
    message: `unknown provider for model ${name}`,
    type: 'invalid_request_error',
    code: 'model_not_found',
    param: 'model',
  });

  it('15: unknown', () => assert.deepEqual(error('nope'), unknown('nope')));
  it('16: quotes', () => assert.deepEqual(error('no"pe'), unknown('no"pe')));
  for (const [number, name, path] of [
    [17, 'gpt-image-2', CHAT],
    [18, 'team/gpt-image-2', '/v1/responses'],
  ] as const) {
    it(`${number}: image model on a text route`, () => {
      assert.deepEqual(error(name, tableOf([codexKey('k')]), path), {
        status: 503,
        message:
          'model gpt-image-2 is only supported on /v1/images/generations and /v1/images/edits',
        type: 'server_error',
        code: 'internal_server_error',
      });
    });
  }
  it('19: provider:// without such a provider', () => {
    assert.deepEqual(error('acme://big'), unknown('acme://big'));
  });
  it('21: the name of the provider counts exactly', () => {
    const table = tableOf([keyed('k', [model('big')])]);
    assert.deepEqual(error('Acme://big', table), unknown('Acme://big'));
  });
  it('26: prefixes are case-sensitive', () => {
    const table = tableOf([keyed('k', [model('m')], { prefix: 'team' })]);
    assert.deepEqual(error('Team/m', table), unknown('Team/m'));
  });
  it('30: ids are case-sensitive although alias tables are not', () => {
    const daily = { name: 'gpt-5.5', alias: 'daily', fork: false, forceMapping: false };
    const table = tableOf([account('a', { aliases: [daily] })]);
    assert.deepEqual(error('DAILY', table), unknown('DAILY'));
  });
  it('the status is configurable', () => {
    assert.equal(refused(() => resolve(tableOf([]), 'x', { status: 502 })).status, 502);
  });
  it('an image model on an image route is found', () => {
    const found = resolve(tableOf([codexKey('k')]), 'gpt-image-2', {
      path: '/v1/images/generations',
    });
    assert.equal(found.model.info.id, 'gpt-image-2');
    assert.equal(found.images, true);
  });
  it('a text model on an image route is refused, one that is marked as image model is not', () => {
    const path = '/v1/images/edits';
    const table = tableOf([keyed('k', [model('m'), model('pix', 'pix', { image: true })])]);
    const { code, status } = refused(() => resolve(table, 'm', { path }));
    assert.deepEqual([code, status], ['invalid_request', 400]);
    assert.equal(resolve(table, 'pix', { path }).images, true);
  });
});

describe('found names', () => {
  it('20: provider://model is limited to that provider', () => {
    const other = keyed('z', [model('big')], {
      compatName: 'zed',
      provider: 'openai-compatible-zed',
    });
    const table = tableOf([keyed('k', [model('big')]), other, codexKey('c', [model('big')])]);
    const found = resolve(table, 'acme://big(high)');
    assert.deepEqual([...found.model.offers.keys()], ['k']);
    assert.equal(found.suffix, 'high');
    assert.equal(found.model.scope, 'openai-compatible-acme');
    assert.equal(resolve(table, 'big').model.offers.size, 3);
    const listed = listedModels(table, NO_STATES, NOW).map((entry) => entry.info.id);
    assert.deepEqual(listed, ['big', 'gpt-image-1.5', 'gpt-image-2']);
  });

  it('an id that is registered with a suffix is found by the full text', () => {
    const table = tableOf([keyed('k', [model('up', 'm(fast)'), model('m')])]);
    assert.equal(resolve(table, 'm(fast)').model.info.id, 'm(fast)');
    assert.equal(resolve(table, 'm(high)').model.info.id, 'm');
  });
});

describe('marks, routing.md 1.4', () => {
  const bad = (status: number) => stateAfter(status, 'm', NOW, 3_600_000);
  const cases: [string, number[], number, boolean, number][] = [
    ['1 clean', [], 1, true, 1],
    ['1, one 429', [429], 1, true, 0],
    ['2, one 429', [429], 2, true, 0],
    ['3, one 429', [429], 3, true, 1],
    ['1, one 401', [401], 1, false, 0],
    ['39: 2, one 401', [401], 2, true, 1],
    ['2, one 401, other 429', [401, 429], 2, false, 0],
    ['2, both 429', [429, 429], 2, true, 0],
  ];
  for (const [title, statuses, count, listed, autoCount] of cases) {
    it(title, () => {
      const ids = Array.from({ length: count }, (_, index) => `k${index}`);
      const entry = tableOf(ids.map((id) => keyed(id))).models.get('m') as RoutedModel;
      const states = statesOf(
        Object.fromEntries(statuses.map((status, index) => [`k${index}`, bad(status)])),
      );
      assert.deepEqual(standingOf(entry, states, NOW + 1), { listed, autoCount });
    });
  }

  it('40 to 43: a suspension has no timer, a success ends it', () => {
    const entry = tableOf([keyed('k')]).models.get('m') as RoutedModel;
    const failed = bad(401);
    const later = NOW + 31 * MINUTE;
    assert.equal(standingOf(entry, statesOf({ k: failed }), later).listed, false);
    const good = applySuccess(failed, 'm', later);
    assert.equal(standingOf(entry, statesOf({ k: good }), later).listed, true);
  });

  it('a quota mark counts for five minutes', () => {
    const entry = tableOf([keyed('k'), keyed('l')]).models.get('m') as RoutedModel;
    const states = statesOf({ k: bad(429) });
    assert.equal(standingOf(entry, states, NOW + 5 * MINUTE - 1).autoCount, 0);
    assert.equal(standingOf(entry, states, NOW + 5 * MINUTE).autoCount, 1);
  });
});

/** Attempts, rounds and final errors, routing.md 7 and 17.5. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account, codexKey, keyed, model, NOW, stateAfter } from '../routing/support.ts';
import { bench, failure, refused, route, tried, type Bench } from './routing-support.ts';
import { credentialId } from '../../src/ids.ts';
import { MAX_ROUNDS, type RoutedTurn } from '../../src/front/routed-turn.ts';
import { SwitchyardError } from '../../src/errors.ts';
import { turnFailure } from '../../src/actors/turn-failure.ts';

const OFF = 'routing: {session-affinity: false}\n';
const AB = [codexKey('A'), codexKey('B')];

/** Tries once, fails, and tells who was asked. */
function fails(on: Bench, turn: RoutedTurn, status: number, nowMs = NOW, retryAfterMs?: number) {
  const { credential } = tried(turn, nowMs);
  on.states.set(credential, stateAfter(status, 'm', nowMs, retryAfterMs));
  turn.failed(failure(status, { body: `{"by":"${credential}"}` }), nowMs);
  return credential;
}

/** As with `disable-cooling`: nothing is remembered. */
function failsUncooled(turn: RoutedTurn, status: number, nowMs = NOW): string {
  const { credential } = tried(turn, nowMs);
  turn.failed(failure(status, { body: `{"by":"${credential}"}` }), nowMs);
  return credential;
}

describe('targets, routing.md 25 to 34', () => {
  const alias = (name: string) => ({ name, alias: 'daily', fork: false, forceMapping: false });
  const cases: [number, ReturnType<typeof codexKey>, string, string, string | null][] = [
    [25, keyed('k', [model('m')], { prefix: 'team' }), 'team/m(low)', 'm', 'low'],
    [27, account('k', { aliases: [alias('gpt-5.5')] }), 'daily(high)', 'gpt-5.5', 'high'],
    [29, account('k', { aliases: [alias('gpt-5.5(low)')] }), 'daily(high)', 'gpt-5.5', 'low'],
    [34, keyed('k', [model('a')]), 'a(high)', 'a', 'high'],
    [5, keyed('k', [model('m')]), 'm()', 'm', ''],
    [20, keyed('k', [model('big')]), 'acme://big', 'big', null],
  ];
  for (const [number, record, name, upstream, thinking] of cases) {
    it(`${number}: ${name}`, () => {
      const target = tried(route(bench([record]), { model: name }));
      assert.deepEqual(target.upstreamModels, [upstream]);
      assert.deepEqual(target.thinking, [thinking]);
    });
  }

  it('32: a pool starts one name further with every request', () => {
    const on = bench([keyed('k', [model('v1', 'big'), model('v2(low)', 'big')])]);
    const targets = [1, 2, 3].map(() => tried(route(on, { model: 'big(high)' })));
    assert.deepEqual(
      targets.map((target) => [target.upstreamModels, target.thinking]),
      [
        [
          ['v1', 'v2'],
          ['high', 'low'],
        ],
        [
          ['v2', 'v1'],
          ['low', 'high'],
        ],
        [
          ['v1', 'v2'],
          ['high', 'low'],
        ],
      ],
    );
  });

  it('a target names its account', () => {
    const { handle, label, forcedModel } = tried(route(bench([codexKey('A')])));
    assert.deepEqual([handle, label, forcedModel], ['acc-1a2b3c', 'A', null]);
  });
});

describe('attempts', () => {
  it('the next credential, then the last failure as it came', () => {
    const on = bench(AB, OFF);
    const turn = route(on);
    assert.deepEqual([fails(on, turn, 500), fails(on, turn, 502)], ['A', 'B']);
    const answer = refused(turn);
    assert.deepEqual([answer.status, answer.body], [502, '{"by":"B"}']);
  });

  it('77: a request fault is the answer at once', () => {
    const on = bench(AB, OFF);
    const turn = route(on);
    tried(turn);
    turn.failed(failure(400, { verdict: 'stop', neutral: true }), NOW);
    assert.equal(refused(turn).status, 400);
  });

  it('51: a lower priority serves only when the higher one can not', () => {
    const on = bench([codexKey('A', [model('m')], { priority: 10 }), codexKey('B')], OFF);
    const turn = route(on);
    assert.deepEqual([fails(on, turn, 429), fails(on, turn, 429)], ['A', 'B']);
    on.states.clear();
    assert.deepEqual([tried(route(on)).credential, tried(route(on)).credential], ['A', 'A']);
  });

  it('a credential of a pool is free while one of its models is', () => {
    const on = bench([keyed('k', [model('v1', 'm'), model('v2', 'm')])], OFF);
    on.states.set(credentialId('k'), stateAfter(500, 'v1'));
    assert.equal(tried(route(on)).credential, 'k');
  });

  it('a credential that could not take the turn is passed over and costs no attempt', () => {
    const on = bench(AB, `${OFF}max-retry-credentials: 1`);
    const turn = route(on);
    tried(turn);
    turn.failed(turnFailure(new SwitchyardError('mailbox_full')), NOW);
    assert.equal(tried(turn).credential, 'B');
    turn.skipped(NOW);
    assert.equal(refused(turn).code, 'credential_not_ready');
  });

  it('when all were passed over because they cool, the answer says so', () => {
    const on = bench([codexKey('A')], OFF);
    const turn = route(on);
    tried(turn);
    on.states.set(credentialId('A'), stateAfter(429, 'm', NOW, 5_000));
    turn.failed(turnFailure(new SwitchyardError('credential_not_ready')), NOW);
    assert.equal(refused(turn).code, 'model_cooldown');
  });

  it('40, 41, 100: nobody can be asked', () => {
    const on = bench(AB, OFF);
    on.states.set(credentialId('A'), stateAfter(429, 'm', NOW, 12_300));
    on.states.set(credentialId('B'), stateAfter(401, 'm'));
    assert.equal(
      refused(route(on)).message,
      'auth_unavailable: no auth available (providers=codex, model=m)',
    );
    on.states.set(credentialId('B'), stateAfter(429, 'm', NOW, 20_000));
    const cooling = refused(route(on, { model: 'm(high)' }));
    assert.deepEqual([cooling.status, cooling.retryAfterMs], [429, 12_300]);
    assert.match(cooling.body ?? '', /"model":"m\(high\)".*"reset_seconds":13/);
  });

  it('50: weight 0 everywhere leaves no candidate', () => {
    const on = bench(
      [codexKey('A', [model('m')], { weight: 0 })],
      'routing: {strategy: weighted-round-robin}',
    );
    assert.equal(refused(route(on)).code, 'auth_not_found');
  });
});

describe('a usage limit (clients.md 2, row 13)', () => {
  const LIMIT = '{"error":{"type":"usage_limit_reached","resets_in_seconds":600}}';
  /** A has its usage limit; B has failed before with this status. */
  function answerAfter(status: number | undefined): string {
    const on = bench(AB, 'routing: {strategy: fill-first}\n');
    const [a, b] = [...on.router.table.credentials.keys()];
    assert.ok(a !== undefined && b !== undefined);
    if (status !== undefined) on.states.set(b, stateAfter(status, 'm', NOW, 600_000));
    const turn = route(on);
    assert.equal(tried(turn).credential, a);
    on.states.set(a, stateAfter(429, 'm', NOW, 600_000));
    turn.failed(failure(429, { body: LIMIT }), NOW);
    if (status === undefined) {
      assert.equal(tried(turn).credential, b);
      on.states.set(b, stateAfter(429, 'm', NOW, 600_000));
      turn.failed(failure(429, { body: LIMIT }), NOW);
    }
    return refused(turn).code;
  }

  it('is the answer when every account waits for its quota', () => {
    assert.equal(answerAfter(undefined), 'upstream_error');
    assert.equal(answerAfter(429), 'upstream_error');
  });

  it('is not the answer while another account only rests from a fault', () => {
    assert.equal(answerAfter(503), 'auth_unavailable');
    assert.equal(answerAfter(401), 'auth_unavailable');
  });
});

describe('rounds, routing.md 93 to 97', () => {
  const ROUNDS = `${OFF}request-retry: 1\nmax-retry-interval: 30\n`;

  for (const [random, expected] of [
    [0, 5_000],
    [0.999999999, 6_250],
  ] as const) {
    it(`93: waits 5 s and up to a quarter more (${expected} ms)`, () => {
      const on = bench(AB, ROUNDS, random);
      const turn = route(on);
      fails(on, turn, 429, NOW, 5_000);
      fails(on, turn, 429, NOW, 5_000);
      const step = turn.next(NOW);
      assert.equal(step.do === 'wait' && Math.round(step.ms), expected);
      const later = NOW + expected;
      assert.equal(fails(on, turn, 429, later, 5_000), 'A');
      assert.equal(fails(on, turn, 429, later, 5_000), 'B');
      assert.equal(refused(turn, later).body, '{"by":"B"}');
    });
  }

  it('94: max-retry-interval 0 never waits', () => {
    const on = bench(AB, `${OFF}request-retry: 1`);
    const turn = route(on);
    fails(on, turn, 429, NOW, 5_000);
    fails(on, turn, 429, NOW, 5_000);
    assert.equal(refused(turn).body, '{"by":"B"}');
  });

  it('95: without cooling the second call is at once', () => {
    const turn = route(bench([codexKey('A')], `${OFF}request-retry: 1`));
    assert.deepEqual([failsUncooled(turn, 500), failsUncooled(turn, 500)], ['A', 'A']);
    assert.equal(refused(turn).status, 500);
  });

  it('95: nor is an overload of Anthropic (529) the end', () => {
    const turn = route(bench([codexKey('A')], `${OFF}request-retry: 1`));
    assert.deepEqual([failsUncooled(turn, 529), failsUncooled(turn, 529)], ['A', 'A']);
    assert.equal(refused(turn).status, 529);
  });

  it('96: a credential with fewer rounds stays out of the later ones', () => {
    const records = [codexKey('A', [model('m')], { requestRetry: 0 }), codexKey('B')];
    const turn = route(bench(records, `${OFF}request-retry: 3`));
    const asked = Array.from({ length: 5 }, () => failsUncooled(turn, 500));
    assert.deepEqual(asked, ['A', 'B', 'B', 'B', 'B']);
    assert.equal(refused(turn).status, 500);
  });

  it('97: max-retry-credentials 1', () => {
    const once = bench(AB, `${OFF}max-retry-credentials: 1`);
    const single = route(once);
    assert.equal(fails(once, single, 500), 'A');
    assert.equal(refused(single).body, '{"by":"A"}');
    const twice = bench(AB, `${OFF}max-retry-credentials: 1\nrequest-retry: 1`);
    const turn = route(twice);
    assert.deepEqual([fails(twice, turn, 500), tried(turn).credential], ['A', 'B']);
  });

  it('98: a cooldown met at the first look may be waited for', () => {
    const on = bench([codexKey('A')], ROUNDS);
    on.states.set(credentialId('A'), stateAfter(429, 'm', NOW, 12_300));
    const turn = route(on);
    assert.deepEqual(turn.next(NOW), { do: 'wait', ms: 12_300 });
    assert.equal(tried(turn, NOW + 12_300).credential, 'A');
  });

  for (const [number, status] of [
    [72, 401],
    [74, 402],
    [85, 0],
  ] as const) {
    it(`${number}: status ${status} causes no round`, () => {
      const turn = route(bench([codexKey('A')], ROUNDS));
      failsUncooled(turn, status);
      assert.equal(refused(turn).status, status);
    });
  }

  it('a wait longer than the limit is none; the addition never exceeds it', () => {
    const on = bench([codexKey('A')], `${OFF}request-retry: 1\nmax-retry-interval: 5`, 0.999999999);
    const turn = route(on);
    fails(on, turn, 429, NOW, 5_001);
    assert.equal(refused(turn).status, 429);
    const exact = bench(
      [codexKey('A')],
      `${OFF}request-retry: 1\nmax-retry-interval: 5`,
      0.999999999,
    );
    const other = route(exact);
    fails(exact, other, 429, NOW, 4_500);
    const step = other.next(NOW);
    assert.equal(step.do === 'wait' && Math.round(step.ms), 5_000);
  });

  it('the number of rounds is bounded whatever the file says', () => {
    const turn = route(bench([codexKey('A')], `${OFF}request-retry: 1000000`));
    let calls = 0;
    for (let step = turn.next(NOW); step.do === 'try'; step = turn.next(NOW)) {
      calls += 1;
      turn.failed(failure(500), NOW);
    }
    assert.equal(calls, MAX_ROUNDS + 1);
  });
});

describe('bootstrap retries, routing.md 103 to 105', () => {
  const YAML = `${OFF}streaming: {bootstrap-retries: 1}`;
  const STREAM = { body: { stream: true, messages: [] } };

  it('103: a stream is executed once more', () => {
    const turn = route(bench(AB, YAML), STREAM);
    const asked = Array.from({ length: 4 }, () => failsUncooled(turn, 503));
    assert.deepEqual(asked, ['A', 'B', 'A', 'B']);
    assert.equal(refused(turn).status, 503);
  });

  it('104: not after a 400', () => {
    const turn = route(bench([codexKey('A')], YAML), STREAM);
    tried(turn);
    turn.failed(failure(400, { verdict: 'stop', neutral: true }), NOW);
    assert.equal(refused(turn).status, 400);
  });

  it('105: nobody to ask again: the original error', () => {
    const on = bench([codexKey('A')], YAML);
    const turn = route(on, STREAM);
    fails(on, turn, 502);
    assert.equal(refused(turn).status, 502);
  });

  it('answers that are no streams are not executed again', () => {
    const turn = route(bench([codexKey('A')], YAML), { body: { stream: false, messages: [] } });
    failsUncooled(turn, 503);
    assert.equal(refused(turn).status, 503);
  });
});

/** Conversations and their accounts: routing.md 5, 53 to 56 and 62, clients.md 4.1. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bench, failure, route, served, tried, type Bench } from './routing-support.ts';
import { bindingKey, credentialId } from '../../src/ids.ts';
import { callerScope } from '../../src/conversation/caller-scope.ts';
import { codexKey, keyed, model, NOW, stateAfter, tableOf } from '../routing/support.ts';
import { MAX_HOSTS_LOST } from '../../src/front/routed-turn.ts';
import { parse } from '../config/support.ts';
import { turnFailure } from '../../src/actors/turn-failure.ts';
import { SwitchyardError } from '../../src/errors.ts';
import { waitUntil } from '../support/wait.ts';

const HOUR = 3_600_000;
const ABC = [codexKey('A'), codexKey('B'), codexKey('C')];
const session = (id: string) => ({ headers: { 'x-session-id': id }, body: {} });

/** A conversation that lives on `B`. */
function boundToB(): Bench {
  const on = bench([codexKey('A', [model('m')], { priority: 10 }), codexKey('B')]);
  on.states.set(credentialId('A'), stateAfter(500, 'm'));
  assert.equal(served(on, session('s1')), 'B');
  on.states.clear();
  return on;
}

describe('bound conversations', () => {
  it('53: a binding outranks priority', () => {
    assert.equal(served(boundToB(), session('s1')), 'B');
  });

  it('54: a 429 of its account moves it, once, and nobody sees an error', () => {
    const on = boundToB();
    const turn = route(on, session('s1'));
    assert.equal(tried(turn).credential, 'B');
    on.states.set(credentialId('B'), stateAfter(429, 'm', NOW, HOUR / 2));
    turn.failed(failure(429), NOW);
    assert.equal(tried(turn).credential, 'A');
    turn.succeeded(NOW);
    on.states.clear();
    assert.equal(served(on, session('s1')), 'A');
  });

  it('an account that is blocked when the turn comes moves it as well', () => {
    const on = boundToB();
    on.states.set(credentialId('B'), stateAfter(429, 'm', NOW, HOUR));
    assert.equal(served(on, session('s1')), 'A');
    on.states.clear();
    assert.equal(served(on, session('s1')), 'A');
  });

  it('only the conversations of an exhausted account move', () => {
    const on = bench(ABC);
    const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
    const homes = new Map(names.map((name) => [name, served(on, session(name))]));
    assert.equal(new Set(homes.values()).size, 3);
    on.states.set(credentialId('B'), stateAfter(429, 'm', NOW, HOUR));
    for (const [name, home] of homes) {
      const now = served(on, session(name));
      if (home === 'B') assert.notEqual(now, 'B');
      else assert.equal(now, home);
    }
  });

  it('a fallback that had to help out does not take the conversation over', () => {
    const on = boundToB();
    for (const code of ['draining', 'mailbox_full'] as const) {
      const turn = route(on, session('s1'));
      assert.equal(tried(turn).credential, 'B');
      turn.failed(turnFailure(new SwitchyardError(code)), NOW);
      assert.equal(tried(turn).credential, 'A');
      turn.succeeded(NOW);
    }
    const skipped = route(on, session('s1'));
    tried(skipped);
    skipped.skipped(NOW);
    assert.equal(tried(skipped).credential, 'A');
    skipped.succeeded(NOW);
    assert.equal(served(on, session('s1')), 'B');
  });

  it('an unsent turn whose host died goes back to its account, unless hosts keep dying', () => {
    const on = boundToB();
    const turn = route(on, session('s1'));
    for (let died = 0; died <= MAX_HOSTS_LOST; died += 1) {
      assert.equal(tried(turn).credential, 'B');
      turn.failed(turnFailure(new SwitchyardError('host_lost')), NOW);
    }
    assert.equal(tried(turn).credential, 'A');
    turn.succeeded(NOW);
    assert.equal(served(on, session('s1')), 'B');
  });

  it('87: request faults and clients that leave keep it', () => {
    const on = boundToB();
    const turn = route(on, session('s1'));
    tried(turn);
    turn.failed(failure(400, { verdict: 'stop', neutral: true }), NOW);
    tried(route(on, session('s1')));
    assert.equal(served(on, session('s1')), 'B');
  });

  it('an account whose token can not be refreshed loses it, though nothing cools', () => {
    const on = boundToB();
    const turn = route(on, session('s1'));
    tried(turn);
    turn.failed(turnFailure(new SwitchyardError('token_refresh_failed')), NOW);
    assert.equal(tried(turn).credential, 'A');
    turn.succeeded(NOW);
    assert.equal(served(on, session('s1')), 'A');
  });

  it('turns at the same time meet on one account, before any answer and after a failure', () => {
    const on = bench(ABC);
    const [first, second] = [route(on, session('s1')), route(on, session('s1'))];
    assert.equal(tried(first).credential, tried(second).credential);
    on.states.set(credentialId('A'), stateAfter(429, 'm', NOW, HOUR));
    first.failed(failure(429), NOW);
    const home = tried(first).credential;
    second.failed(failure(429), NOW);
    assert.equal(tried(second).credential, home);
  });

  it('is forgotten after its time without turns', () => {
    const on = boundToB();
    assert.equal(served(on, { ...session('s1'), nowMs: NOW + HOUR - 1 }), 'B');
    assert.equal(served(on, { ...session('s1'), nowMs: NOW + 2 * HOUR - 2 }), 'B');
    assert.equal(served(on, { ...session('s1'), nowMs: NOW + 4 * HOUR }), 'A');
  });

  it('affinity off: every turn rotates', () => {
    const on = bench(ABC, 'routing: {session-affinity: false}');
    const asked = [1, 2, 3].map(() => served(on, session('s1')));
    assert.deepEqual(asked, ['A', 'B', 'C']);
    assert.equal(on.router.bindings, 0);
  });
});

describe('what makes a conversation', () => {
  const same = (one: object, other: object): boolean => {
    const on = bench(ABC);
    return served(on, one) === served(on, other);
  };
  const said = (...texts: string[]) => ({
    body: {
      messages: texts.map((content, n) => ({ role: n % 2 ? 'assistant' : 'user', content })),
    },
  });

  it('55: the same first user text of the same client', () => {
    assert.ok(same(said('hello'), said('hello', 'hi', 'more')));
    assert.ok(!same(said('hello'), said('other')));
  });

  it('56: different client keys', () => {
    const scoped = (key: string) => ({ ...said('hello'), scope: callerScope(key) });
    assert.ok(!same(scoped('key-1'), scoped('key-2')));
    const named = (key: string) => ({ ...session('s1'), scope: callerScope(key) });
    assert.ok(!same(named('key-1'), named('key-2')));
    assert.ok(same(named('key-1'), named('key-1')));
  });

  it('62: a value that is too long is not a signal', () => {
    const long = (text: string) => ({
      headers: { 'x-session-id': 'x'.repeat(257), 'x-session-affinity': text },
    });
    assert.ok(!same(long('1'), long('2')));
    assert.ok(same(long('1'), long('1')));
  });

  it('a sub-agent of Codex with a thread of its own shares the session', () => {
    const parent = { 'session-id': 'S', 'thread-id': 'S', 'x-client-request-id': 'S' };
    const child = { 'session-id': 'S', 'thread-id': 'T', 'x-client-request-id': 'T' };
    assert.ok(same({ headers: parent, body: {} }, { headers: child, body: {} }));
  });

  it('the session of the transport', () => {
    const socket = (executionSession: string) => ({ executionSession, ...said('hello') });
    assert.ok(!same(socket('1'), socket('2')));
    assert.ok(same(socket('1'), socket('1')));
  });

  it('instructions alone: the message hash has an answer to go by', () => {
    const body = { messages: [{ role: 'assistant', content: 'hi' }] };
    assert.ok(same({ body }, { body }));
  });

  it('a thinking suffix does not matter, the model and the limit to a provider do', () => {
    const on = bench([keyed('A', [model('m'), model('n')]), keyed('B', [model('m'), model('n')])]);
    const ask = (name: string) => served(on, { ...session('s1'), model: name });
    assert.equal(ask('m'), ask('m(high)'));
    assert.equal(on.router.bindings, 1);
    ask('n');
    ask('acme://m');
    assert.equal(on.router.bindings, 3);
  });

  it('a request without any signal just rotates', () => {
    const on = bench(ABC);
    assert.deepEqual(
      [1, 2].map(() => served(on, { body: {} })),
      ['A', 'B'],
    );
    assert.equal(on.router.bindings, 0);
  });
});

describe('router', () => {
  it('hands bindings on once per loop turn', async () => {
    const on = bench(ABC);
    for (const name of ['1', '2', '3']) served(on, session(name));
    assert.equal(on.batches.length, 0);
    await waitUntil(() => on.batches.length > 0, 'a batch');
    assert.deepEqual(
      on.batches.map((batch) => batch.map(({ key }) => key)),
      [['mixed::header:1::m', 'mixed::header:2::m', 'mixed::header:3::m']],
    );
  });

  it('the key of a binding names the caller by a hash', () => {
    const on = bench(ABC);
    const scope = callerScope('demo-client-key');
    served(on, { ...session('1'), scope });
    on.router.flush();
    assert.equal(on.batches[0]?.[0]?.key, `mixed@${scope.slice(0, 16)}::header:1::m`);
  });

  it('follows bindings of other fronts and of the store', () => {
    const [one, other] = [bench(ABC), bench(ABC)];
    served(other, session('x'));
    assert.equal(served(other, session('1')), 'B');
    other.router.flush();
    one.router.applyBindings(other.batches.flat(), NOW);
    assert.equal(served(one, session('1')), 'B');
    const gone = [{ key: bindingKey('mixed::header:1::m'), record: null }];
    one.router.applyBindings(gone, NOW);
    assert.equal(served(one, session('1')), 'A');
  });

  it('a reload keeps bindings, apart from those of credentials that are gone', () => {
    const on = bench(ABC);
    const homes = ['1', '2', '3'].map((name) => served(on, session(name)));
    assert.deepEqual(homes, ['A', 'B', 'C']);
    on.router.configure(parse(''), tableOf([codexKey('B'), codexKey('C'), codexKey('D')]));
    assert.equal(on.router.bindings, 2);
    assert.deepEqual(
      ['2', '3'].map((name) => served(on, session(name))),
      ['B', 'C'],
    );
    assert.equal(on.router.table.credentials.has(credentialId('D')), true);
  });

  it('a credential that is only switched off gets its conversations back', () => {
    const on = bench(ABC);
    served(on, session('1'));
    const off = codexKey('A', [model('m')], { disabled: true });
    on.router.configure(parse(''), tableOf([off, codexKey('B'), codexKey('C')]));
    on.router.configure(parse(''), tableOf(ABC));
    assert.equal(served(on, session('1')), 'A');
  });

  it('other rules of selection forget all', () => {
    const on = bench(ABC);
    served(on, session('1'));
    on.router.configure(parse('routing: {strategy: fill-first}'), tableOf(ABC));
    assert.equal(on.router.bindings, 0);
    on.router.flush();
    assert.deepEqual(on.batches.flat().at(-1), { key: 'mixed::header:1::m', record: null });
  });

  it('running turns keep the table they started with', () => {
    const on = bench(ABC);
    const turn = route(on, session('1'));
    on.router.configure(parse(''), tableOf([]));
    assert.equal(tried(turn).credential, 'A');
  });
});

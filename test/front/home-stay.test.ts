/** A conversation rather waits for its home a moment than leaves the prompt cache that it has there. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bench, failure, refused, route, served, tried, type Bench } from './routing-support.ts';
import { codexKey, NOW, stateAfter } from '../routing/support.ts';
import { credentialId } from '../../src/ids.ts';
import { MAX_HOME_WAIT_MS, type TurnFailure } from '../../src/turn.ts';
import type { RoutedTurn } from '../../src/front/routed-turn.ts';

const SESSION = { headers: { 'x-session-id': 's' } };
const A = credentialId('A');

/** A pool in which the conversation lives at A. */
function settled(yaml = '', random = 0): Bench {
  const on = bench([codexKey('A'), codexKey('B')], yaml, random);
  assert.equal(served(on, SESSION), 'A');
  return on;
}

/** Asks the next credential, which answers so; tells which one it was. */
function answers(on: Bench, turn: RoutedTurn, answer: TurnFailure, nowMs: number): string {
  const { credential } = tried(turn, nowMs);
  const { status, retryAfterMs } = answer;
  if (!answer.neutral)
    on.states.set(credential, stateAfter(status, 'm', nowMs, retryAfterMs ?? undefined));
  turn.failed(answer, nowMs);
  return credential;
}

/** The pause that comes next. */
function pauseOf(turn: RoutedTurn, nowMs: number): number {
  const step = turn.next(nowMs);
  return step.do === 'wait' ? step.ms : assert.fail(`a pause, not ${step.do}`);
}

const limited = (retryAfterMs: number | null): TurnFailure => failure(429, { retryAfterMs });
const passing = (changes: Partial<TurnFailure> = {}): TurnFailure =>
  failure(529, { neutral: true, repeat: true, ...changes });

describe('a short rest of the home', () => {
  it('a 429 that tells a short time is waited for, and the conversation stays', () => {
    const on = settled();
    const turn = route(on, SESSION);
    assert.equal(answers(on, turn, limited(3000), NOW), 'A');
    const ms = pauseOf(turn, NOW);
    assert.ok(ms > 3000 && ms < 3100, String(ms));
    assert.equal(tried(turn, NOW + ms).credential, 'A');
    turn.succeeded(NOW + ms);
    on.states.clear();
    assert.equal(served(on, { ...SESSION, nowMs: NOW + 10_000 }), 'A');
  });

  it('a 429 without a time: the back-off is waited for', () => {
    const on = settled();
    const turn = route(on, SESSION);
    answers(on, turn, limited(null), NOW);
    const ms = pauseOf(turn, NOW);
    assert.ok(ms > 1000 && ms < 1100, String(ms));
    assert.equal(tried(turn, NOW + ms).credential, 'A');
  });

  it('turns that wait for the same account are spread', () => {
    const on = settled('', 1);
    const turn = route(on, SESSION);
    answers(on, turn, limited(4000), NOW);
    assert.ok(pauseOf(turn, NOW) > 5000);
  });

  it('a rest that another turn found is waited for before the first try', () => {
    const on = settled();
    on.states.set(A, stateAfter(429, 'm', NOW, 2000));
    const turn = route(on, SESSION);
    const ms = pauseOf(turn, NOW);
    assert.ok(ms > 2000 && ms < 2100, String(ms));
    assert.equal(tried(turn, NOW + ms).credential, 'A');
  });

  it('a passing fault is asked once more, after the time that it tells', () => {
    for (const [told, wait] of [
      [null, 1000],
      [2500, 2500],
    ] as const) {
      const on = settled();
      const turn = route(on, SESSION);
      assert.equal(tried(turn).mayRepeat, true);
      turn.failed(passing({ retryAfterMs: told }), NOW);
      const ms = pauseOf(turn, NOW);
      assert.ok(ms > wait && ms < wait + 100, String(ms));
      const again = tried(turn, NOW + ms);
      assert.deepEqual([again.credential, again.mayRepeat], ['A', false]);
    }
  });
});

describe('an account that is really out', () => {
  it('a rest longer than the limit moves the conversation at once', () => {
    const on = settled();
    const turn = route(on, SESSION);
    assert.equal(answers(on, turn, limited(MAX_HOME_WAIT_MS + 1), NOW), 'A');
    assert.equal(tried(turn).credential, 'B');
    turn.succeeded(NOW);
    on.states.clear();
    assert.equal(served(on, { ...SESSION, nowMs: NOW + 60_000 }), 'B', 'it does not come back');
  });

  it('two pauses, then it moves', () => {
    const on = settled();
    const turn = route(on, SESSION);
    const asked = [answers(on, turn, limited(1000), NOW)];
    const first = NOW + pauseOf(turn, NOW);
    asked.push(answers(on, turn, limited(1000), first));
    const second = first + pauseOf(turn, first);
    asked.push(answers(on, turn, limited(1000), second));
    asked.push(tried(turn, second).credential);
    assert.deepEqual(asked, ['A', 'A', 'A', 'B']);
  });

  it('a second fault moves it', () => {
    const on = settled();
    const turn = route(on, SESSION);
    tried(turn);
    turn.failed(passing(), NOW);
    const later = NOW + pauseOf(turn, NOW);
    assert.equal(answers(on, turn, failure(529), later), 'A');
    assert.equal(tried(turn, later).credential, 'B');
  });

  it('with nobody else the last refusal is the answer, and costs no further try', () => {
    const on = bench([codexKey('A')], 'max-retry-credentials: 1');
    assert.equal(served(on, SESSION), 'A');
    const turn = route(on, SESSION);
    answers(on, turn, limited(1000), NOW);
    const later = NOW + pauseOf(turn, NOW);
    answers(on, turn, limited(60_000), later);
    assert.equal(refused(turn, later).status, 429);
  });
});

describe('turns that belong nowhere yet', () => {
  it('a new conversation goes on at once', () => {
    const on = bench([codexKey('A'), codexKey('B')]);
    const turn = route(on, SESSION);
    assert.equal(tried(turn).mayRepeat, false);
    turn.failed(limited(1000), NOW);
    assert.equal(tried(turn).credential, 'B');
  });

  it('a rest without a known end is not waited for', () => {
    const on = bench([codexKey('A', [], { disabled: true }), codexKey('B')]);
    assert.equal(served(on, SESSION), 'B');
  });

  it('a WebSocket turn with a pin has its own rules', () => {
    const on = settled();
    const turn = route(on, { ...SESSION, socket: { pin: A, only: 'any' } });
    assert.equal(tried(turn).mayRepeat, false);
    turn.failed(limited(1000), NOW);
    assert.equal(tried(turn).credential, 'B');
  });
});

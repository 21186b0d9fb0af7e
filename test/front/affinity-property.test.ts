/**
 * For any sequence of blocks, failures and successes: a conversation that is bound never moves while
 * its credential is free, and a turn finds a credential as long as one is free.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bench, failure, route, type Bench } from './routing-support.ts';
import { codexKey, keyed, model, NOW, stateAfter } from '../routing/support.ts';
import { credentialId } from '../../src/ids.ts';
import { SwitchyardError } from '../../src/errors.ts';
import { turnFailure } from '../../src/actors/turn-failure.ts';

const RUNS = 60;
const STEPS = 150;
const CONVERSATIONS = 6;
const RECORDS = [
  codexKey('A', [model('m')], { priority: 1 }),
  codexKey('B', [model('m')], { priority: 1, weight: 3 }),
  keyed('C'),
  keyed('D', [model('up', 'm')]),
];
const IDS = RECORDS.map(({ id }) => id);
const upstreamOf = (id: string): string => (id === 'D' ? 'up' : 'm');

/** Small and repeatable (a linear congruential generator, Numerical Recipes). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One turn with a chance of each kind of failure; returns who served it, and when. */
function play(on: Bench, name: string, from: number, pick: (below: number) => number) {
  const turn = route(on, { headers: { 'x-session-id': name }, body: {}, nowMs: from });
  const asked: string[] = [];
  let nowMs = from;
  let lost = false;
  let pauses = 0;
  for (let step = turn.next(nowMs); step.do !== 'fail'; step = turn.next(nowMs)) {
    if (step.do === 'wait') {
      nowMs += step.ms;
      pauses += 1;
      lost = false;
      continue;
    }
    const { credential } = step.target;
    assert.ok(
      asked.filter((each) => each === credential).length <= pauses,
      'nobody is asked twice',
    );
    asked.push(credential);
    const chance = pick(10);
    if (chance > 2) {
      turn.succeeded(nowMs);
      return { asked, by: credential, lost, nowMs, pauses };
    }
    if (chance === 2) turn.failed(turnFailure(new SwitchyardError('mailbox_full')), nowMs);
    else {
      lost ||= credential === asked[0];
      on.states.set(credential, stateAfter(429, upstreamOf(credential), nowMs, 1 + pick(60_000)));
      turn.failed(failure(429), nowMs);
    }
  }
  return { asked, by: undefined, lost, nowMs, pauses };
}

function check(seed: number, strategy: string): number {
  const pick = generator(seed);
  const on = bench(RECORDS, `routing: {strategy: ${strategy}}`);
  const homes = new Map<string, string>();
  let stays = 0;
  let nowMs = NOW;
  for (let step = 0; step < STEPS; step += 1) {
    nowMs += pick(20_000);
    const id = credentialId(IDS[pick(IDS.length)] as string);
    if (pick(4) === 0) on.states.set(id, stateAfter(500, upstreamOf(id), nowMs));
    const name = `c${pick(CONVERSATIONS)}`;
    const home = homes.get(name);
    const free = IDS.filter((each) => isFreeNow(on, each, nowMs));
    const { asked, by, lost, nowMs: endMs, pauses } = play(on, name, nowMs, pick);
    nowMs = endMs;
    if (pauses === 0) assert.equal(asked.length === 0, free.length === 0, 'somebody free is asked');
    if (asked.length === 0) continue;
    if (home !== undefined && free.some((each) => each === home)) {
      assert.equal(asked[0], home, `seed ${seed}, step ${step}: ${name} left ${home}`);
      stays += 1;
    }
    // Its home had no fault: whoever helped out is not its home now.
    if (asked[0] === home && !lost) continue;
    if (by !== undefined) homes.set(name, by);
    else homes.delete(name);
  }
  return stays;
}

function isFreeNow(on: Bench, id: string, nowMs: number): boolean {
  const state = on.states.get(credentialId(id))?.models[upstreamOf(id)];
  return (state?.nextRetryAt ?? 0) <= nowMs;
}

describe('affinity holds', () => {
  for (const strategy of ['round-robin', 'weighted-round-robin', 'fill-first', 'headroom']) {
    it(`${strategy}: ${RUNS} random histories`, () => {
      let stays = 0;
      for (let seed = 1; seed <= RUNS; seed += 1) stays += check(seed, strategy);
      assert.ok(stays > RUNS * 20, 'the histories had enough bound turns');
    });
  }
});

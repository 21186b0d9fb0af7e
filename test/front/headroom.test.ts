/** `headroom` chooses for new conversations; bound ones stay where their cache is. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bench, failure, route, served, tried, type Bench } from './routing-support.ts';
import { codexKey, NOW, stateAfter } from '../routing/support.ts';
import { credentialId } from '../../src/ids.ts';
import { emptyState } from '../../src/actors/cooldown.ts';
import { quotaReading, quotaWindow } from '../credentials/support.ts';
import { withReading } from '../../src/credentials/quota.ts';

const HOUR = 3_600_000;
const YAML = 'routing: {strategy: headroom}';
const ABC = ['A', 'B', 'C'].map((id) => codexKey(id));

function used(on: Bench, id: string, percent: number, leftMs: number): void {
  const primary = quotaWindow(percent, NOW + leftMs);
  const quota = withReading(undefined, quotaReading({ observedAt: NOW, primary }), 'm');
  const state = on.states.get(credentialId(id)) ?? emptyState();
  on.states.set(credentialId(id), { ...state, quota });
}

const conversation = (name: string) => ({ headers: { 'x-session-id': name }, body: {} });

describe('routing by headroom', () => {
  it('new conversations go where quota would be lost, bound ones stay', () => {
    const on = bench(ABC, YAML);
    used(on, 'A', 50, 4 * HOUR);
    used(on, 'B', 50, HOUR);
    used(on, 'C', 100, HOUR);
    assert.equal(served(on, conversation('one')), 'B');
    used(on, 'B', 99, HOUR);
    assert.equal(served(on, conversation('one')), 'B');
    assert.equal(served(on, conversation('two')), 'A');
  });

  it('conversations of the same moment spread over equal accounts', () => {
    const on = bench(ABC, YAML);
    for (const id of ['A', 'B', 'C']) used(on, id, 30, 2 * HOUR);
    const by = Array.from({ length: 6 }, (_, index) => served(on, conversation(`c${index}`)));
    assert.deepEqual(by, ['A', 'B', 'C', 'A', 'B', 'C']);
  });

  it('accounts without readings get their turns', () => {
    const on = bench(ABC, YAML);
    used(on, 'A', 90, 4 * HOUR);
    used(on, 'B', 10, 4 * HOUR);
    const by = Array.from({ length: 4 }, (_, index) => served(on, conversation(`c${index}`)));
    assert.deepEqual(by, ['B', 'C', 'B', 'C']);
  });

  it('an exhausted account serves last, and a cooling one not at all', () => {
    const on = bench(ABC, YAML);
    on.states.set(credentialId('A'), stateAfter(429, 'm', NOW, HOUR));
    used(on, 'A', 0, HOUR);
    used(on, 'B', 100, HOUR);
    used(on, 'C', 95, 4 * HOUR);
    const turn = route(on, conversation('one'));
    assert.equal(tried(turn).credential, 'C');
    turn.failed(failure(500), NOW);
    assert.equal(tried(turn).credential, 'B');
    turn.failed(failure(500), NOW);
    assert.equal(turn.next(NOW).do, 'fail');
  });

  it('a lower priority waits, whatever its quota', () => {
    const on = bench([codexKey('A', undefined, { priority: 1 }), codexKey('B')], YAML);
    used(on, 'A', 99, 4 * HOUR);
    used(on, 'B', 0, HOUR);
    assert.equal(served(on, conversation('one')), 'A');
  });
});

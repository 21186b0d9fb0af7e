/** Routing of turns of client WebSockets: pins, preference, who else may serve (codex.md 3.6, routing.md 4.6). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bench, failure, refused, route, tried, type Bench } from './routing-support.ts';
import { codexKey, keyed, model, NOW, stateAfter } from '../routing/support.ts';
import { credentialId } from '../../src/ids.ts';
import { SwitchyardError } from '../../src/errors.ts';
import { turnFailure } from '../../src/actors/turn-failure.ts';
import type { RoutedTurn } from '../../src/front/routed-turn.ts';
import type { SocketWishes } from '../../src/front/offer-choice.ts';

const M = [model('m')];
const plain = (id: string, priority = 0) => codexKey(id, M, { priority });
const socket = (id: string, priority = 0) => codexKey(id, M, { priority, websockets: true });

const ANY: SocketWishes = { pin: undefined, only: 'any' };
const pinned = (id: string, only: SocketWishes['only'] = 'any'): SocketWishes => ({
  pin: credentialId(id),
  only,
});

const routed = (on: Bench, wishes: SocketWishes, session = 's'): RoutedTurn =>
  route(on, { format: 'openai-response', executionSession: session, socket: wishes });

describe('turns of a WebSocket client', () => {
  it('go to an account with WebSockets, even of a lower priority', () => {
    const on = bench([plain('A', 9), socket('B')]);
    const target = tried(routed(on, ANY));
    assert.deepEqual([target.credential, target.websockets], ['B', true]);
  });

  it('go elsewhere when none of those is free', () => {
    const on = bench([plain('A', 9), socket('B')]);
    on.states.set(credentialId('B'), stateAfter(429, 'm', NOW, 60_000));
    const target = tried(routed(on, ANY));
    assert.deepEqual([target.credential, target.websockets], ['A', false]);
  });

  it('follow the priorities where several providers serve the model', () => {
    const other = keyed('K', M, { priority: 9 });
    assert.equal(tried(routed(bench([other, socket('B')]), ANY)).credential, 'K');
  });

  it('HTTP clients know no preference', () => {
    const on = bench([plain('A', 9), socket('B')]);
    assert.equal(tried(route(on, { executionSession: 's' })).credential, 'A');
  });

  it('the binding comes before the preference, the pin before the binding', () => {
    const on = bench([plain('A'), socket('B'), socket('C')]);
    const first = route(on, { executionSession: 's' });
    assert.equal(tried(first).credential, 'A');
    first.succeeded(NOW);
    assert.equal(tried(routed(on, ANY)).credential, 'A');
    assert.equal(tried(routed(on, pinned('C'))).credential, 'C');
  });

  it('a pin that can not serve is passed over', () => {
    const on = bench([socket('A'), socket('B')]);
    on.states.set(credentialId('B'), stateAfter(429, 'm', NOW, 60_000));
    assert.equal(tried(routed(on, pinned('B'))).credential, 'A');
    assert.equal(tried(routed(on, pinned('gone'))).credential, 'A');
  });
});

describe('an increment', () => {
  it('is for its pin alone', () => {
    const on = bench([socket('A'), socket('B')], 'request-retry: 3');
    const turn = routed(on, pinned('B', 'pin'));
    assert.equal(tried(turn).credential, 'B');
    turn.failed(failure(429), NOW);
    assert.equal(refused(turn).code, 'replay_required', 'no other account, no further round');
  });

  it('without a free pin has to come again, whole', () => {
    const on = bench([socket('A'), socket('B')]);
    on.states.set(credentialId('B'), stateAfter(429, 'm', NOW, 60_000));
    for (const wishes of [
      pinned('B', 'pin'),
      pinned('gone', 'pin'),
      { ...ANY, only: 'pin' as const },
    ]) {
      assert.equal(refused(routed(on, wishes)).code, 'replay_required');
    }
  });

  it('does not wait for a host: its sockets died with it', () => {
    const turn = routed(bench([socket('A')]), pinned('A', 'pin'));
    tried(turn);
    turn.failed(turnFailure(new SwitchyardError('host_lost')), NOW);
    assert.equal(refused(turn).code, 'replay_required');
  });

  it('a fault of the request is its answer', () => {
    const turn = routed(bench([socket('A')]), pinned('A', 'pin'));
    tried(turn);
    turn.failed(failure(400, { verdict: 'stop', neutral: true }), NOW);
    assert.equal(refused(turn).status, 400);
  });
});

describe('a warm-up', () => {
  const WARM: SocketWishes = { pin: undefined, only: 'websockets' };

  it('is for accounts with WebSockets only, one after the other', () => {
    const turn = routed(bench([plain('A', 9), socket('B'), socket('C')]), WARM);
    const asked = [tried(turn).credential];
    turn.failed(failure(502), NOW);
    asked.push(tried(turn).credential);
    turn.failed(failure(502), NOW);
    assert.deepEqual(asked, ['B', 'C']);
    assert.equal(refused(turn).code, 'replay_required');
  });

  it('moves no conversation from a home without them', () => {
    const on = bench([plain('A'), socket('B')]);
    const first = route(on, { executionSession: 's' });
    const home = tried(first, NOW).credential;
    assert.equal(home, 'A');
    first.succeeded(NOW);
    assert.equal(refused(routed(on, WARM)).code, 'replay_required');
    assert.equal(tried(routed(on, WARM, 'other')).credential, 'B');
  });
});

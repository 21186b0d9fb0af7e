import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CONVERSATIONS_DROPPED,
  MAX_ACCOUNT_BYTES,
  MAX_CONVERSATIONS,
  MAX_CONVERSATION_BYTES,
  MAX_TURNS,
  REPLAY_TTL_MS,
  ReplayStore,
} from '../../../src/actors/reasoning-replay/store.ts';
import type { ReplayTurn } from '../../../src/formats/codex/reasoning-replay/turn.ts';

const turnOf = (id: string, bytes = 100): ReplayTurn => ({
  steps: [{ is: 'call', ids: [id], name: 'ls', arguments: '{}' }],
  anchor: undefined,
  bytes,
});

const idsOf = (store: ReplayStore, key: string, nowMs = 0): string[] =>
  store
    .turns(key, nowMs)
    .flatMap(({ steps }) => steps.flatMap((step) => (step.is === 'call' ? step.ids : [])));

describe('the reasoning of one account', () => {
  it('is kept by conversation, oldest first', () => {
    const store = new ReplayStore();
    for (const id of ['1', '2']) store.add('a', turnOf(id), 0);
    store.add('b', turnOf('3'), 0);
    assert.deepEqual(idsOf(store, 'a'), ['1', '2']);
    assert.deepEqual(idsOf(store, 'b'), ['3']);
    assert.deepEqual(idsOf(store, 'c'), []);
    assert.equal(store.bytes, 300);
  });

  it('an answer in the same place replaces the one before', () => {
    const store = new ReplayStore();
    store.add('a', turnOf('1', 100), 0);
    store.add('a', turnOf('1', 70), 0);
    assert.deepEqual(idsOf(store, 'a'), ['1']);
    assert.equal(store.bytes, 70);
  });

  it('is forgotten on demand', () => {
    const store = new ReplayStore();
    store.add('a', turnOf('1'), 0);
    store.forget('a');
    store.forget('a');
    assert.deepEqual([idsOf(store, 'a'), store.size, store.bytes], [[], 0, 0]);
  });

  it('lives for an hour after its last use', () => {
    const store = new ReplayStore();
    store.add('a', turnOf('1'), 0);
    assert.deepEqual(idsOf(store, 'a', REPLAY_TTL_MS - 1), ['1']);
    assert.deepEqual(idsOf(store, 'a', 2 * REPLAY_TTL_MS - 2), ['1']);
    assert.deepEqual(idsOf(store, 'a', 3 * REPLAY_TTL_MS), []);
    assert.equal(store.bytes, 0);
  });

  it('what is over makes room before anything else does', () => {
    const store = new ReplayStore();
    store.add('old', turnOf('1'), 0);
    store.add('new', turnOf('2'), REPLAY_TTL_MS);
    assert.equal(store.size, 1);
  });
});

describe('limits of what is kept', () => {
  it('too many conversations: the longest unused go, several at once', () => {
    const store = new ReplayStore();
    for (let index = 0; index < MAX_CONVERSATIONS; index += 1) {
      store.add(`c${String(index)}`, turnOf('1'), 0);
    }
    assert.equal(store.size, MAX_CONVERSATIONS);
    store.turns('c0', 1);
    store.add('one more', turnOf('1'), 1);
    assert.equal(store.size, MAX_CONVERSATIONS - CONVERSATIONS_DROPPED + 1);
    assert.equal(store.turns('c0', 1).length, 1, 'it was just used');
    assert.equal(store.turns('c1', 1).length, 0);
    assert.equal(store.turns(`c${String(CONVERSATIONS_DROPPED)}`, 1).length, 0);
    assert.equal(store.turns(`c${String(CONVERSATIONS_DROPPED + 1)}`, 1).length, 1);
  });

  it('a further turn of a known conversation drops no other', () => {
    const store = new ReplayStore();
    for (let index = 0; index < MAX_CONVERSATIONS; index += 1) {
      store.add(`c${String(index)}`, turnOf('1'), 0);
    }
    store.add('c5', turnOf('2'), 0);
    assert.equal(store.size, MAX_CONVERSATIONS);
  });

  it('too many turns: the older half goes', () => {
    const store = new ReplayStore();
    for (let index = 0; index <= MAX_TURNS; index += 1) store.add('a', turnOf(String(index)), 0);
    const kept = idsOf(store, 'a');
    assert.equal(kept.length, MAX_TURNS / 2);
    assert.equal(kept.at(-1), String(MAX_TURNS));
    assert.equal(store.bytes, 100 * kept.length);
  });

  it('too many bytes of one conversation: the older half goes', () => {
    const store = new ReplayStore();
    const quarter = MAX_CONVERSATION_BYTES / 4;
    for (const id of ['1', '2', '3', '4', '5']) store.add('a', turnOf(id, quarter), 0);
    assert.deepEqual(idsOf(store, 'a'), ['4', '5']);
    store.add('a', turnOf('6', MAX_CONVERSATION_BYTES), 0);
    assert.deepEqual(idsOf(store, 'a'), ['6']);
  });

  it('an answer that is larger than a conversation may be is not kept, and costs no other', () => {
    const store = new ReplayStore();
    store.add('a', turnOf('1'), 0);
    store.add('a', turnOf('2', MAX_CONVERSATION_BYTES + 1), 0);
    assert.deepEqual(idsOf(store, 'a'), ['1']);
  });

  it('too many bytes of the account: the longest unused conversation goes', () => {
    const store = new ReplayStore();
    const half = MAX_ACCOUNT_BYTES / 2;
    for (const key of ['a', 'b']) store.add(key, turnOf(key, half), 0);
    store.turns('a', 0);
    store.add('c', turnOf('c', half), 0);
    assert.deepEqual([idsOf(store, 'a'), idsOf(store, 'b'), idsOf(store, 'c')], [['a'], [], ['c']]);
    assert.equal(store.bytes, MAX_ACCOUNT_BYTES);
  });
});

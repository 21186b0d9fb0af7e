/** Which tool calls and outputs are kept, and how long (codex.md 3.10). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { call, callOutput, stored } from './support.ts';
import {
  MAX_CACHED_CALLS,
  MAX_CACHED_ITEM,
  ToolCaches,
} from '../../../src/front/responses-socket/tool-cache.ts';

function cacheIn(caches: ToolCaches, key: string) {
  const cache = caches.acquire(key);
  assert.ok(cache);
  return cache;
}

describe('what is kept of tool calls', () => {
  it('calls and outputs by their ids, the newest of each', () => {
    const cache = cacheIn(new ToolCaches(), 's');
    cache.record(stored(call('c'), callOutput('c', 'one'), callOutput('c', 'two')));
    assert.ok(cache.callOf('c')?.raw.includes('"name":"bash"'));
    assert.ok(cache.outputOf('c')?.raw.includes('two'));
    assert.equal(cache.outputOf('d'), undefined);
  });

  it('only calls that can be answered, and nothing without an id', () => {
    const cache = cacheIn(new ToolCaches(), 's');
    const custom = { type: 'custom_tool_call', call_id: 'x', name: 'patch', input: '' };
    const half = call('c', { arguments: undefined });
    cache.record(stored(half, call('d', { name: null }), call(' '), callOutput(''), custom));
    assert.deepEqual(
      ['c', 'd', '', 'x'].map((id) => cache.callOf(id) !== undefined),
      [false, false, false, true],
    );
    assert.equal(cache.outputOf(''), undefined);
  });

  it('the oldest goes when a session has too many', () => {
    const cache = cacheIn(new ToolCaches(), 's');
    const ids = Array.from({ length: MAX_CACHED_CALLS + 1 }, (_, index) => `c${index}`);
    cache.record(stored(...ids.map((id) => call(id)), ...ids.map((id) => callOutput(id))));
    for (const of of [cache.callOf.bind(cache), cache.outputOf.bind(cache)]) {
      assert.equal(of('c0'), undefined);
      assert.ok(of('c1'));
      assert.ok(of(`c${MAX_CACHED_CALLS}`));
    }
  });

  it('too large an item is not kept', () => {
    const cache = cacheIn(new ToolCaches(), 's');
    cache.record(stored(callOutput('c', 'x'.repeat(MAX_CACHED_ITEM))));
    assert.equal(cache.outputOf('c'), undefined);
  });

  it('beyond the room of all sessions the one opened first loses what it has', () => {
    const [item] = stored(callOutput('c'));
    assert.ok(item);
    const caches = new ToolCaches(2 * item.raw.length);
    const [first, second, third] = ['s1', 's2', 's3'].map((key) => cacheIn(caches, key));
    for (const cache of [first, second, third]) cache?.record([item]);
    const kept = [first, second, third].map((cache) => cache?.outputOf('c') !== undefined);
    assert.deepEqual(kept, [false, true, true]);
  });

  it('a session alone keeps no more than there is room', () => {
    const items = stored(callOutput('c1'), callOutput('c2'));
    const caches = new ToolCaches(items[0]?.raw.length);
    const cache = cacheIn(caches, 's');
    cache.record(items);
    assert.ok(cache.outputOf('c1'));
    assert.equal(cache.outputOf('c2'), undefined);
    caches.release('s');
    const next = cacheIn(caches, 's');
    next.record(items.slice(1));
    assert.ok(next.outputOf('c2'), 'the room is free again');
  });
});

describe('how long it is kept', () => {
  it('until the last socket of its session closes', () => {
    const caches = new ToolCaches();
    const first = cacheIn(caches, 's');
    assert.equal(caches.acquire('s'), first);
    first.record(stored(call('c')));
    caches.release('s');
    assert.ok(first.callOf('c'));
    caches.release('s');
    assert.equal(first.callOf('c'), undefined);
    assert.equal(caches.size, 0);
    assert.equal(cacheIn(caches, 's').callOf('c'), undefined);
  });

  it('what comes behind the last socket is not kept', () => {
    const caches = new ToolCaches();
    const cache = cacheIn(caches, 's');
    caches.release('s');
    cache.record(stored(call('c')));
    assert.equal(cache.callOf('c'), undefined);
  });

  it('without a name of the session, nothing is', () => {
    const caches = new ToolCaches();
    assert.equal(caches.acquire(''), undefined);
    caches.release('');
    caches.release('unknown');
    assert.equal(caches.size, 0);
  });
});

/** Calls and outputs that lost each other (codex.md 3.10, 9.12). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  MAX_CACHED_CALLS,
  MAX_CACHED_ITEM,
  ToolCaches,
} from '../../../src/front/responses-socket/tool-cache.ts';
import { itemOf, type StoredItem } from '../../../src/front/responses-socket/stored-item.ts';
import { repaired } from '../../../src/front/responses-socket/tool-repair.ts';

const call = (callId?: string) => ({
  type: 'function_call',
  call_id: callId,
  name: 'f',
  arguments: '{}',
});
const output = (callId?: string, text = 'ok') => ({
  type: 'function_call_output',
  call_id: callId,
  output: text,
});
const said = { type: 'message', role: 'user', content: 'x' };

function cacheWith(...items: object[]) {
  const cache = new ToolCaches().acquire('session');
  assert.ok(cache);
  cache.record(items.map((item) => itemOf(item as Record<string, unknown>)));
  return cache;
}

const known = cacheWith(output('c_known', 'cached'), call('c_call'));

function mend(input: object[], incremental = false): unknown[] {
  const items = input.map((item) => itemOf(item as Record<string, unknown>));
  return repaired(items, known, incremental).map(({ raw }: StoredItem) => JSON.parse(raw));
}

describe('repair of tool calls', () => {
  const cases: [number, object[], object[]][] = [
    [93, [call('c_known')], [call('c_known'), output('c_known', 'cached')]],
    [94, [call('c_lost'), said], [said]],
    [95, [output('c_call')], [call('c_call'), output('c_call')]],
    [96, [output('c_none'), said], [said]],
    [98, [output(), call()], []],
  ];
  for (const [number, input, result] of cases) {
    it(`${number}`, () => {
      assert.deepEqual(mend(input), JSON.parse(JSON.stringify(result)));
    });
  }

  it('97: an increment keeps what its other half is upstream', () => {
    assert.deepEqual(mend([output('c_none')], true), [output('c_none')]);
    assert.deepEqual(mend([call('c_lost')], true), [call('c_lost')]);
  });

  it('leaves pairs and everything else alone, and puts a call in once', () => {
    const whole = [said, call('a'), output('a'), said];
    assert.deepEqual(mend(whole), whole);
    assert.deepEqual(mend([output('c_call'), output('c_call', 'two')]), [
      call('c_call'),
      output('c_call'),
      output('c_call', 'two'),
    ]);
  });
});

describe('what is kept of calls', () => {
  it('the oldest goes when a session has too many', () => {
    const cache = cacheWith(
      ...Array.from({ length: MAX_CACHED_CALLS + 1 }, (_, index) => call(`c${index}`)),
    );
    assert.equal(cache.callOf('c0'), undefined);
    assert.ok(cache.callOf('c1'));
    assert.ok(cache.callOf(`c${MAX_CACHED_CALLS}`));
  });

  it('too large an item is not kept', () => {
    assert.equal(cacheWith(output('c', 'x'.repeat(MAX_CACHED_ITEM))).outputOf('c'), undefined);
  });

  it('goes with the last socket of its session', () => {
    const caches = new ToolCaches();
    assert.equal(caches.acquire(''), undefined);
    const first = caches.acquire('s');
    assert.equal(caches.acquire('s'), first);
    first?.record([itemOf(call('c') as Record<string, unknown>)]);
    caches.release('s');
    assert.ok(first?.callOf('c'));
    caches.release('s');
    assert.equal(first?.callOf('c'), undefined);
    assert.equal(caches.size, 0);
    caches.release('s');
  });
});

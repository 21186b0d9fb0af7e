/** Calls and outputs that lost each other (codex.md 3.10, 9.12). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ToolCaches } from '../../../src/front/responses-socket/tool-cache.ts';
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

  it('outputs of other kinds of calls stay (reference: dropped)', () => {
    const pair = [{ type: 'local_shell_call', call_id: 'c_shell' }, output('c_shell')];
    assert.deepEqual(mend(pair), pair);
  });

  it('puts a known output in once', () => {
    assert.deepEqual(mend([call('c_known'), said, call('c_known')]), [
      call('c_known'),
      output('c_known', 'cached'),
      said,
      call('c_known'),
    ]);
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

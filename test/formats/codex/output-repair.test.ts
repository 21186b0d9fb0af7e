import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutputRepair } from '../../../src/formats/codex/output-repair.ts';

const done = (item: Record<string, unknown>, index?: number): Record<string, unknown> => ({
  type: 'response.output_item.done',
  output_index: index,
  item,
});

describe('output of a terminal event', () => {
  it('codex 1.11: an empty one is filled in output order, items without an index last', () => {
    const repair = new OutputRepair();
    repair.add(done({ type: 'function_call', id: 'fc_1' }, 1));
    repair.add(done({ type: 'message', id: 'msg_1' }));
    repair.add(done({ type: 'reasoning', id: 'rs_1' }, 0));
    const ids = repair.repaired({ output: [] }).map((item) => item.id);
    assert.deepEqual(ids, ['rs_1', 'fc_1', 'msg_1']);
  });

  it('codex 1.11: a full one only gets its missing ids', () => {
    const repair = new OutputRepair();
    repair.add(done({ id: 'a' }, 0));
    repair.add(done({ id: 'b' }, 1));
    repair.add(done({ id: 'c' }, 2));
    const output = [{ id: ' ', x: 1 }, { id: 'own' }, { id: null }, { y: 2 }];
    assert.deepEqual(repair.repaired({ output }), [
      { id: 'a', x: 1 },
      { id: 'own' },
      { id: 'c' },
      { y: 2 },
    ]);
  });
});

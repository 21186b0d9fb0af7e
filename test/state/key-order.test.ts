import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyOrder } from '../../src/state/key-order.ts';

describe('key order', () => {
  it('takes the expired ones from the front', () => {
    const order = new KeyOrder(10);
    order.touch('a', 1);
    order.touch('b', 2);
    order.touch('c', 3);
    assert.deepEqual(order.takeOverdue(2), ['a', 'b']);
    assert.deepEqual(order.takeOverdue(2), []);
  });

  it('takes the oldest written when there are too many', () => {
    const order = new KeyOrder(2);
    for (const key of ['a', 'b', 'c']) order.touch(key, 100);
    order.touch('a', 100);
    assert.deepEqual(order.takeOverdue(0), ['b']);
    assert.equal(order.size, 2);
  });

  it('forgets deleted keys', () => {
    const order = new KeyOrder(1);
    order.touch('a', 1);
    order.delete('a');
    assert.deepEqual(order.takeOverdue(5), []);
  });
});

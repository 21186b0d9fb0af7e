/** What the configuration says of a model by its upstream name. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isMarked } from '../../src/actors/operator-wishes.ts';
import { keyed, model } from '../routing/support.ts';

it('a mark counts for a model whose name fixes a thinking suffix, too', () => {
  const record = keyed('k', [
    model('m(low)', 'a', { isCompat: true }),
    model('n', 'b', { image: true }),
  ]);
  assert.equal(isMarked(record, 'm', 'isCompat'), true);
  assert.equal(isMarked(record, 'n', 'image'), true);
  assert.equal(isMarked(record, 'n', 'isCompat'), false);
});

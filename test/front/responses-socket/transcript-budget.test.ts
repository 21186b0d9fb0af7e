/** Transcripts within one budget: the one that was used longest ago goes first. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TranscriptBudget } from '../../../src/front/responses-socket/transcript-budget.ts';

const owners = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
const [A, B, C, D] = owners as [object, object, object, object];

describe('TranscriptBudget', () => {
  it('drops what was used longest ago', () => {
    const budget = new TranscriptBudget<object, { bytes: number }>(100);
    for (const owner of [A, B, C]) budget.keep(owner, { bytes: 30 });
    assert.ok(budget.of(A) !== undefined, 'and that is a use');
    budget.keep(D, { bytes: 40 });
    assert.deepEqual(
      owners.map((owner) => budget.of(owner)?.bytes),
      [30, undefined, 30, 40],
    );
    assert.equal(budget.bytes, 100);
  });

  it('replaces and forgets', () => {
    const budget = new TranscriptBudget<object, { bytes: number }>(100);
    budget.keep(A, { bytes: 30 });
    budget.keep(A, { bytes: 90 });
    assert.equal(budget.bytes, 90);
    budget.drop(A);
    budget.drop(A);
    assert.equal(budget.bytes, 0);
    assert.equal(budget.of(A), undefined);
  });

  it('keeps nothing that is larger than all of it', () => {
    const budget = new TranscriptBudget<object, { bytes: number }>(100);
    budget.keep(A, { bytes: 50 });
    budget.keep(B, { bytes: 101 });
    assert.deepEqual([budget.of(A)?.bytes, budget.of(B)], [50, undefined]);
    budget.keep(A, { bytes: 101 });
    assert.equal(budget.bytes, 0, 'nor its older version');
  });
});

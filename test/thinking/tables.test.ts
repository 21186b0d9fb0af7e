import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { budgetOfLevel, levelOfBudget, nearestLevel } from '../../src/thinking/tables.ts';

describe('levels and budgets, 15.3', () => {
  const budgets: [number, string | undefined][] = [
    [-2, undefined],
    [-1, 'auto'],
    [0, 'none'],
    [1, 'minimal'],
    [512, 'minimal'],
    [513, 'low'],
    [1024, 'low'],
    [1025, 'medium'],
    [8192, 'medium'],
    [8193, 'high'],
    [24576, 'high'],
    [24577, 'xhigh'],
    [128000, 'xhigh'],
  ];
  for (const [tokens, level] of budgets) {
    it(`${String(tokens)} tokens`, () => assert.equal(levelOfBudget(tokens), level));
  }

  it('levels give their tokens, without regard to case', () => {
    assert.equal(budgetOfLevel('High'), 24576);
    assert.equal(budgetOfLevel('max'), 128000);
    assert.equal(budgetOfLevel('constructor'), undefined);
  });
});

describe('nearest level, 15.7', () => {
  const cases: [string, string[], string][] = [
    ['minimal', ['low', 'high'], 'low'],
    ['medium', ['low', 'high'], 'low'],
    ['max', ['low', 'medium', 'xhigh'], 'xhigh'],
    ['high', ['HIGH'], 'HIGH'],
    ['weird', ['low'], 'weird'],
    ['high', [], 'high'],
  ];
  for (const [level, listed, expected] of cases) {
    it(`${level} among ${listed.join(', ')}`, () => {
      assert.equal(nearestLevel(level, listed), expected);
    });
  }
});

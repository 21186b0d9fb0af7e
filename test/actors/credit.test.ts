import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CreditWindow } from '../../src/actors/credit.ts';

describe('credit window', () => {
  it('says once when it is used up, and once when it opens again', () => {
    const window = new CreditWindow(10);
    assert.equal(window.spend(4), false);
    assert.equal(window.spend(6), true);
    assert.equal(window.exhausted, true);
    assert.equal(window.spend(1), false);
    assert.equal(window.grant(1), false);
    assert.equal(window.grant(1), true);
    assert.equal(window.exhausted, false);
    assert.equal(window.grant(5), false);
  });

  it('one chunk may overdraw it; the debt has to be granted first', () => {
    const window = new CreditWindow(10);
    assert.equal(window.spend(25), true);
    assert.equal(window.grant(15), false);
    assert.equal(window.exhausted, true);
    assert.equal(window.grant(1), true);
  });

  it('may begin without credit', () => {
    assert.equal(new CreditWindow(0).exhausted, true);
    assert.equal(new CreditWindow(0).grant(1), true);
  });
});

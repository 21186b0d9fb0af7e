import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configOfSuffix, isOff } from '../../src/thinking/config.ts';

describe('thinking suffix, 15.1', () => {
  const cases: [string, unknown][] = [
    ['none', { mode: 'none', budget: 0, level: '' }],
    ['0', { mode: 'none', budget: 0, level: '' }],
    ['AUTO', { mode: 'auto', budget: -1, level: '' }],
    ['-1', { mode: 'auto', budget: -1, level: '' }],
    ['XHigh', { mode: 'level', budget: 0, level: 'xhigh' }],
    ['8192', { mode: 'budget', budget: 8192, level: '' }],
    ['+0064', { mode: 'budget', budget: 64, level: '' }],
    ['ultra', undefined],
    ['', undefined],
    ['-2', undefined],
    [' high', undefined],
    ['8192.5', undefined],
    ['9223372036854775808', undefined],
  ];
  for (const [raw, expected] of cases) {
    it(`(${raw})`, () => assert.deepEqual(configOfSuffix(raw), expected));
  }

  it('15.2: off is "none" without a fallback amount', () => {
    assert.equal(isOff({ mode: 'none', budget: 0, level: '' }), true);
    assert.equal(isOff({ mode: 'none', budget: 0, level: 'low' }), false);
    assert.equal(isOff({ mode: 'none', budget: 128, level: '' }), false);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatDuration, parseDuration } from '../../src/config/duration.ts';

describe('parseDuration', () => {
  const cases: [string, number | undefined][] = [
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['250ms', 250],
    ['2m3s4ms', 123_004],
    ['-1h', -3_600_000],
    ['+1s', 1000],
    ['0', 0],
    ['1000us', 1],
    ['30', undefined],
    ['', undefined],
    ['1d', undefined],
    ['1h 30m', undefined],
    ['h', undefined],
  ];
  for (const [text, ms] of cases) {
    it(`config 5: "${text}" is ${ms}`, () => assert.equal(parseDuration(text), ms));
  }
});

describe('formatDuration', () => {
  const cases: [number, string][] = [
    [0, '0s'],
    [3_600_000, '1h'],
    [90_000, '1m30s'],
    [250, '250ms'],
    [-60_000, '-1m'],
  ];
  for (const [ms, text] of cases) {
    it(`${ms} is ${text} and reads back`, () => {
      assert.equal(formatDuration(ms), text);
      assert.equal(parseDuration(text), ms);
    });
  }
});

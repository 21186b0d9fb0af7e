import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findExpiry, formatTime, parseTime } from '../../src/credentials/time.ts';

const T = Date.UTC(2026, 7, 20, 10, 0, 0);

describe('parseTime', () => {
  const cases: [unknown, number | undefined][] = [
    ['2026-08-20T10:00:00Z', T],
    ['2026-08-20T12:00:00.5+02:00', T + 500],
    ['2026-08-20 10:00', T],
    ['2026-08-20 10:00:00', T],
    [T / 1000, T],
    [T, T],
    [String(T / 1000), T],
    [String(T), T],
    ['', undefined],
    ['tomorrow', undefined],
    ['2026-08-20', undefined],
    ['2026-13-40T10:00:00Z', undefined],
    [0, undefined],
    [NaN, undefined],
    [true, undefined],
    [null, undefined],
  ];
  for (const [value, ms] of cases) {
    it(`config 10.3: ${JSON.stringify(value)}`, () => assert.equal(parseTime(value), ms));
  }
});

describe('findExpiry', () => {
  const cases: [string, Record<string, unknown>, number | undefined][] = [
    ['the first key wins', { expires: T + 1000, expired: '2026-08-20T10:00:00Z' }, T],
    ['what can not be read is passed over', { expired: '', expires_at: T }, T],
    ['camel case', { expiresAt: T }, T],
    ['nested below token', { expired: '', token: { expiry: T } }, T],
    ['top level before token', { token: { expired: T + 1000 }, expires: T }, T],
    ['nothing', { token: 'x' }, undefined],
  ];
  for (const [name, fields, ms] of cases) {
    it(`config 10.3: ${name}`, () => assert.equal(findExpiry(fields), ms));
  }
});

describe('formatTime', () => {
  it('is RFC 3339 in whole seconds', () => {
    assert.equal(formatTime(T + 7), '2026-08-20T10:00:00Z');
  });
});

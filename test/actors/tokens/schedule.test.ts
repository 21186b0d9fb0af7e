/** Due times of a refresh (config.md 12). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isFresh,
  MAX_JITTER_MS,
  MAX_SLEEP_MS,
  refreshDue,
  sleepUntil,
  type TokenTimes,
} from '../../../src/actors/tokens/schedule.ts';

const DAY = 24 * 3600;
const NOW = 1_767_225_600;

describe('refreshDue', () => {
  interface Known {
    expires?: number;
    last?: number;
    interval?: number;
    lead?: number;
  }
  const HOUR = 3600;
  // Seconds from NOW.
  const cases: [string, Known, number][] = [
    ['P8: four hours before the end', { expires: 5 * HOUR, lead: 4 * HOUR }, HOUR],
    ['P9: no end, the start is longer ago than the lead: at once', { last: -600, lead: 300 }, -300],
    ['P10: a period of ten minutes', { expires: HOUR, last: 0, interval: 600 }, 600],
    ['five days before the end', { expires: 10 * DAY, last: 0 }, 5 * DAY],
    ['an end without a start', { expires: 10 * DAY }, 5 * DAY],
    ['five days after the start, without an end', { last: -DAY }, 4 * DAY],
    ['neither', {}, 0],
    ['over long ago', { expires: -DAY, last: -20 * DAY }, -6 * DAY],
    ['a short life: at its half (reference: all the time)', { expires: 3600, last: 0 }, 1800],
    ['a start after the end', { expires: -10, last: 0 }, -10],
    ['a period, counted from the start', { expires: 10 * DAY, last: 0, interval: DAY }, DAY],
    ['a period, counted from the end', { expires: 10 * DAY, last: 0, interval: 8 * DAY }, 2 * DAY],
    ['a period, never refreshed', { expires: 10 * DAY, interval: DAY }, 0],
    ['a period without an end', { last: 0, interval: 60 }, 60],
  ];
  for (const [name, { expires, last, interval, lead = 5 * DAY }, expected] of cases) {
    it(name, () => {
      const times: TokenTimes = {};
      if (expires !== undefined) times.expiresAtMs = (NOW + expires) * 1000;
      if (last !== undefined) times.lastRefreshMs = (NOW + last) * 1000;
      const period = interval === undefined ? undefined : interval * 1000;
      assert.equal(refreshDue(times, period, NOW * 1000, lead * 1000) / 1000 - NOW, expected);
    });
  }
});

describe('sleepUntil', () => {
  it('is at most an hour and never negative', () => {
    assert.equal(sleepUntil(NOW + 1e9, {}, NOW, 0), MAX_SLEEP_MS);
    assert.equal(sleepUntil(NOW - 1e9, {}, NOW, 0), 0);
  });

  it('spreads accounts that fall due together, within a quarter of what is left', () => {
    assert.equal(sleepUntil(NOW, {}, NOW, 0.5), MAX_JITTER_MS / 2);
    assert.equal(sleepUntil(NOW, { expiresAtMs: NOW + 4000 }, NOW, 0.5), 500);
    assert.equal(sleepUntil(NOW, { expiresAtMs: NOW - 1 }, NOW, 0.5), MAX_JITTER_MS / 2);
  });
});

describe('isFresh', () => {
  it('leaves half a minute for the request', () => {
    assert.equal(isFresh({ expiresAtMs: NOW + 30_000 }, NOW), false);
    assert.equal(isFresh({ expiresAtMs: NOW + 30_001 }, NOW), true);
    assert.equal(isFresh({}, NOW), true);
  });
});

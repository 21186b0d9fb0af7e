/** The score behind the strategy `headroom`: unused quota that would be lost soonest. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headroomScore, LEAST_LEFT_MS } from '../../src/routing/headroom.ts';
import { quotaReading, quotaWindow } from '../credentials/support.ts';
import { withReading, type QuotaReading } from '../../src/credentials/quota.ts';

const T = 1_760_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK_MINUTES = 7 * 24 * 60;

const short = (used: number, leftMs: number) => quotaWindow(used, T + leftMs);
const week = (used: number, leftMs: number) => quotaWindow(used, T + leftMs, WEEK_MINUTES);

function score(parts: Partial<QuotaReading>, nowMs = T): number {
  const reading = quotaReading({ observedAt: T, ...parts });
  return headroomScore(withReading(undefined, reading, 'm'), ['m'], nowMs) ?? assert.fail();
}

describe('score of one window', () => {
  it('is one when use keeps up with time', () => {
    assert.equal(score({ primary: short(50, 2.5 * HOUR) }), 1);
    assert.equal(score({ primary: short(0, 5 * HOUR) }), 1);
    assert.equal(score({ secondary: week(25, (3 / 4) * 7 * DAY) }), 1);
  });

  it('is what is left of the quota over what is left of the time', () => {
    assert.equal(score({ primary: short(20, 2.5 * HOUR) }), 1.6);
    assert.equal(score({ primary: short(75, 2.5 * HOUR) }), 0.5);
  });

  it('is zero from 100 % until the reset, and one after it', () => {
    const full = short(100, HOUR);
    assert.equal(score({ primary: full }), 0);
    assert.equal(score({ primary: full }, T + HOUR - 1), 0);
    assert.equal(score({ primary: full }, T + HOUR), 1);
    assert.equal(score({ primary: short(130, HOUR) }), 0);
  });

  it('stops rising shortly before the reset', () => {
    const last = score({ primary: short(50, LEAST_LEFT_MS) });
    assert.equal(score({ primary: short(50, 1) }), last);
    assert.ok(Number.isFinite(last));
  });

  it('a reset that lies further than the window is long counts as a whole window', () => {
    assert.equal(score({ primary: short(50, 9 * HOUR) }), 0.5);
  });
});

describe('which account comes first', () => {
  type Row = [name: string, better: Partial<QuotaReading>, worse: Partial<QuotaReading>];
  const rows: Row[] = [
    [
      'the same is left, one is reset sooner',
      { primary: short(50, HOUR) },
      { primary: short(50, 4 * HOUR) },
    ],
    [
      'both are reset at once, one has more left',
      { primary: short(10, HOUR) },
      { primary: short(90, HOUR) },
    ],
    [
      'the week of one is nearly over',
      { primary: short(0, 5 * HOUR), secondary: week(40, DAY) },
      { primary: short(0, 5 * HOUR), secondary: week(40, 6 * DAY) },
    ],
    [
      'what five hours offer is no gain when the week is nearly used up',
      { primary: short(0, 5 * HOUR), secondary: week(0, 7 * DAY) },
      { primary: short(50, HOUR / 2), secondary: week(98, 6 * DAY) },
    ],
    [
      'an exhausted week keeps a fresh five hours back',
      { primary: short(99, 4 * HOUR), secondary: week(50, DAY) },
      { primary: short(0, 5 * HOUR), secondary: week(100, DAY) },
    ],
    [
      'a window that was reset is fresh',
      { primary: short(100, -1) },
      { primary: short(60, 4 * HOUR) },
    ],
  ];
  for (const [name, better, worse] of rows) {
    it(name, () => assert.ok(score(better) > score(worse), `${score(better)} > ${score(worse)}`));
  }
});

describe('what is not known', () => {
  it('has no score', () => {
    assert.equal(headroomScore(undefined, ['m'], T), undefined);
    const plan = withReading(undefined, quotaReading({ observedAt: T, plan: 'plus' }), 'm');
    assert.equal(headroomScore(plan, ['m'], T), undefined);
  });

  it('a limit of other models says nothing about this one', () => {
    const fresh = quotaReading({ observedAt: T, primary: short(10, 5 * HOUR) });
    const full = quotaReading({
      observedAt: T + 1,
      limit: 'codex_x',
      primary: short(100, 5 * HOUR),
    });
    const known = withReading(withReading(undefined, fresh, 'gpt-5.5'), full, 'gpt-5.5-x');
    assert.equal(headroomScore(known, ['gpt-5.5'], T), 0.9);
    assert.equal(headroomScore(known, ['gpt-5.5-x'], T), 0);
  });
});

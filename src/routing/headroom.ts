/**
 * How much a credential's quota asks to be used: the score behind the strategy `headroom`. Pure.
 *
 * The pace of a window is what is left of its quota over what is left of its time, both as shares.
 * 1: evenly used. Above: quota will be lost at the reset unless more is asked of it. Below: it is
 * used up too fast. All windows must allow a turn, so the score is the product of their paces: a week
 * that is nearly used up outweighs five hours that are nearly over, and an even window counts as one.
 */
import { isExhausted, limitFor, windowsOf } from '../credentials/quota.ts';
import type { QuotaReadings, QuotaWindow } from '../credentials/quota.ts';

/**
 * Least time left to reckon with, milliseconds: a new conversation lasts longer than this, so that
 * what is left in the last minutes can not be saved by it.
 */
export const LEAST_LEFT_MS = 5 * 60_000;

const MINUTE_MS = 60_000;

/** 0: exhausted; the higher, the rather; undefined: not known. `models`: upstream models of the turn. */
export function headroomScore(
  readings: QuotaReadings | undefined,
  models: readonly string[],
  nowMs: number,
): number | undefined {
  const limit = readings && limitFor(readings, models);
  const windows = limit === undefined ? [] : windowsOf(limit);
  if (windows.length === 0) return undefined;
  return windows.reduce((score, window) => score * paceOf(window, nowMs), 1);
}

/** A window that was reset starts with its next turn: nothing of it is used, nothing will be lost. */
function paceOf(window: QuotaWindow, nowMs: number): number {
  const leftMs = window.resetAt - nowMs;
  if (leftMs <= 0) return 1;
  if (isExhausted(window, nowMs)) return 0;
  const lengthMs = Math.max(window.windowMinutes * MINUTE_MS, LEAST_LEFT_MS);
  const shareOfTime = Math.min(1, Math.max(leftMs, LEAST_LEFT_MS) / lengthMs);
  return (1 - window.usedPercent / 100) / shareOfTime;
}

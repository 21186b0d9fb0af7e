/** Usage limits of Codex accounts and how long they last (codex.md 5.3). */
import { DEFAULT_LIMIT, isExhausted, windowsOf } from '../../credentials/quota.ts';
import { isFields, type Fields } from '../../config/values.ts';
import { objectAt, textAt, type RetryHint } from '../failure.ts';
import { quotaFromHeaders } from './quota.ts';
import { retryAfterOf } from '../retry-after.ts';
import type { UpstreamFailure } from '../types.ts';

/** Name of the error; the waiting time is believed in this exact spelling only. */
const USAGE_LIMIT = 'usage_limit_reached';

const CAPACITY = [
  'selected model is at capacity',
  'model is at capacity. please try a different model',
];

/** Is the account's usage limit reached? Any spelling; `code` counts too, as in stream failures. */
export function isUsageLimit(root: Fields | undefined): boolean {
  const error = objectAt(root, 'error');
  const names = [textAt(error, 'type'), textAt(error, 'code'), textAt(root, 'type')];
  return names.some((name) => name.toLowerCase() === USAGE_LIMIT);
}

/** Is the model at capacity? The answer may be no JSON at all. */
export function isAtCapacity(root: Fields | undefined, body: string): boolean {
  const error = root?.['error'];
  const message = isFields(error) ? textAt(error, 'message') : textAt(root, 'message');
  const text = (message || (root === undefined ? body : '')).toLowerCase();
  return CAPACITY.some((phrase) => text.includes(phrase));
}

/**
 * How long a refusal lasts. The body's own time comes first. When it has none, the exhausted windows
 * in the headers help out, then `Retry-After`; the reference reads neither. A model at capacity has
 * no time.
 */
export function limitHint(
  status: number,
  root: Fields | undefined,
  body: string,
  headers: readonly string[],
  nowMs: number,
): RetryHint | undefined {
  const ofBody = status === 429 ? bodyHint(objectAt(root, 'error'), nowMs) : undefined;
  if (ofBody !== undefined) return ofBody;
  const ofWindow = status === 429 && isUsageLimit(root) ? windowHint(headers, nowMs) : undefined;
  if (ofWindow !== undefined) return ofWindow;
  return isAtCapacity(root, body) ? undefined : retryAfterOf(status, headers, nowMs);
}

/**
 * The failure with the name of the usage limit behind it. Headers whose windows still have quota show
 * that something else is used up: then it has none, and no later reading can disprove the failure.
 */
export function withUsageLimit(
  failure: UpstreamFailure,
  root: Fields | undefined,
  headers: readonly string[],
  nowMs: number,
): UpstreamFailure {
  if (failure.status !== 429 || !isUsageLimit(root)) return failure;
  const reading = quotaFromHeaders(headers, nowMs);
  if (reading === undefined) return { ...failure, usageLimit: DEFAULT_LIMIT };
  const windows = windowsOf(reading);
  const unexplained = windows.length > 0 && !windows.some((window) => isExhausted(window, nowMs));
  return unexplained ? failure : { ...failure, usageLimit: reading.limit };
}

/** Until every exhausted window of the answer has been reset. */
function windowHint(headers: readonly string[], nowMs: number): RetryHint | undefined {
  const reading = quotaFromHeaders(headers, nowMs);
  if (reading === undefined) return undefined;
  const last = windowsOf(reading)
    .filter((window) => isExhausted(window, nowMs))
    .sort((one, other) => other.resetAt - one.resetAt)[0];
  return last && { retryAfterMs: last.resetAt - nowMs, evidence: last.evidence };
}

function bodyHint(error: Fields, nowMs: number): RetryHint | undefined {
  if (error['type'] !== USAGE_LIMIT && error['code'] !== USAGE_LIMIT) return undefined;
  const untilReset = Math.round(secondsOf(error['resets_at']) * 1000) - nowMs;
  if (untilReset > 0) return { retryAfterMs: untilReset, evidence: 'error.resets_at' };
  const resetsIn = Math.round(secondsOf(error['resets_in_seconds']) * 1000);
  if (resetsIn > 0) return { retryAfterMs: resetsIn, evidence: 'error.resets_in_seconds' };
  return undefined;
}

/** A number of seconds, also as digits; 0 for anything else. */
function secondsOf(value: unknown): number {
  const seconds = typeof value === 'string' ? Number(value) : value;
  const usable = typeof seconds === 'number' && Number.isSafeInteger(Math.round(seconds * 1000));
  return usable ? seconds : 0;
}

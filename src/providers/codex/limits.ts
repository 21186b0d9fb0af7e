/** Usage limits of Codex accounts and how long they last (codex.md 5.3). */
import { isFields, type Fields } from '../../config/values.ts';
import { objectAt, textAt, type RetryHint } from '../failure.ts';
import { retryAfterOf } from '../retry-after.ts';

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
 * How long a refusal lasts. The body's own time comes first; the `Retry-After` header helps out when
 * it has none, which the reference does not read. A model at capacity has no time.
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
  return isAtCapacity(root, body) ? undefined : retryAfterOf(status, headers, nowMs);
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

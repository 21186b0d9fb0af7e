/** The `Retry-After` header of an answer (RFC 9110, 10.2.3). */
import type { RetryHint } from './failure.ts';

/** Answers whose header is believed: both say that the upstream did not take the turn. */
const STATUSES: ReadonlySet<number> = new Set([429, 503]);

/** The waiting time of a refusal: seconds or a date in the future. `headers`: flat pairs. */
export function retryAfterOf(
  status: number,
  headers: readonly string[],
  nowMs: number,
): RetryHint | undefined {
  if (!STATUSES.has(status)) return undefined;
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() !== 'retry-after') continue;
    const ms = waitOf(headers[index + 1]?.trim() ?? '', nowMs);
    if (ms > 0 && Number.isSafeInteger(ms)) return { retryAfterMs: ms, evidence: 'retry-after' };
  }
  return undefined;
}

function waitOf(value: string, nowMs: number): number {
  if (/^\d+(?:\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  return Date.parse(value) - nowMs;
}

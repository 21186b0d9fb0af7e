/** A Codex answer with an error status (codex.md 5.3, 5.4). */
import { failureOf, jsonObject } from '../failure.ts';
import type { UpstreamFailure } from '../types.ts';
import { isAtCapacity, isUsageLimit, limitHint, withUsageLimit } from './limits.ts';
import { reclassified } from './reclassify.ts';

/** Reads the answer; usage limits and missing capacity are a 429 under whatever status they came. */
export function failureOfResponse(
  status: number,
  headers: string[],
  body: string,
  nowMs: number,
): UpstreamFailure {
  const root = jsonObject(body);
  const limited = isUsageLimit(root) || isAtCapacity(root, body);
  const effective = limited ? 429 : status;
  const hint = limitHint(effective, root, body, headers, nowMs);
  const failure = failureOf(effective, reclassified(effective, body), headers, hint);
  return withUsageLimit(failure, root, headers, nowMs);
}

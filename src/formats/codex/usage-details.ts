/**
 * Responses clients expect the details of `usage`, which upstreams may leave out
 * (translate-openai-claude.md 3.3, codex.md 1.11).
 */
import { isObject, isPresent, type JsonObject } from '../../canonical/value.ts';

/**
 * Fills missing details with 0 at `usage` and `response.usage`, in place. False: nothing had to be
 * filled, so the caller may send its bytes as they are. Compaction results are left alone.
 */
export function fillUsageDetails(answer: JsonObject): boolean {
  if (answer.object === 'response.compaction') return false;
  const own = fillUsage(answer.usage);
  return isObject(answer.response) ? fillUsageDetails(answer.response) || own : own;
}

function fillUsage(usage: unknown): boolean {
  if (!isObject(usage)) return false;
  const output = fillDetail(usage, 'output_tokens_details', 'reasoning_tokens');
  return fillDetail(usage, 'input_tokens_details', 'cached_tokens') || output;
}

function fillDetail(usage: JsonObject, details: string, count: string): boolean {
  const known = usage[details];
  if (isObject(known) && isPresent(known[count])) return false;
  if (isObject(known)) known[count] = 0;
  else usage[details] = { [count]: 0 };
  return true;
}

/** Token counts of Anthropic (translate-openai-claude.md 3.3). */
import type { CanonicalUsage } from '../../canonical/events.ts';
import { isObject, numberOf, objectOf } from '../../canonical/value.ts';

/** Counts as Anthropic gives them: its input leaves out what the cache read and wrote. */
export interface ClaudeCounts {
  input?: number;
  output?: number;
  cacheRead?: number;
  cacheWrite?: number;
  webSearches?: number;
}

/** The counts with those of one more `usage` object: a later one replaces an earlier one. */
export function withCounts(known: ClaudeCounts, usage: unknown): ClaudeCounts {
  if (!isObject(usage)) return known;
  return {
    input: numberOf(usage.input_tokens) ?? known.input,
    output: numberOf(usage.output_tokens) ?? known.output,
    cacheRead: numberOf(usage.cache_read_input_tokens) ?? known.cacheRead,
    cacheWrite: numberOf(usage.cache_creation_input_tokens) ?? known.cacheWrite,
    webSearches: numberOf(objectOf(usage.server_tool_use).web_search_requests) ?? known.webSearches,
  };
}

/** The counts in the OpenAI meaning. */
export function canonicalUsage(counts: ClaudeCounts): CanonicalUsage {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = counts;
  const whole = input + cacheRead + cacheWrite;
  return {
    input: whole,
    output,
    total: whole + output,
    cachedInput: cacheRead,
    cacheWrite,
    webSearches: counts.webSearches,
  };
}

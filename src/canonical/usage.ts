/** Usage in the canonical model: merged over several events, and as the counts that are kept. */
import type { CanonicalUsage } from './events.ts';

/** Counts with every gap filled by zero; the total is the sum where the upstream gave none. */
export interface UsageCounts {
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  reasoningTokens: number;
  totalTokens: number;
}

/** See {@link UsageCounts}. */
export function countsOf(usage: CanonicalUsage): UsageCounts {
  const inputTokens = usage.input ?? 0;
  const outputTokens = usage.output ?? 0;
  return {
    inputTokens,
    outputTokens,
    cachedTokens: usage.cachedInput ?? 0,
    reasoningTokens: usage.reasoning ?? 0,
    totalTokens: usage.total ?? inputTokens + outputTokens,
  };
}

/** Later counts replace earlier ones; a count that is missing keeps the earlier one. */
export function mergeUsage(
  earlier: CanonicalUsage | undefined,
  later: CanonicalUsage,
): CanonicalUsage {
  if (earlier === undefined) return later;
  return {
    input: later.input ?? earlier.input,
    output: later.output ?? earlier.output,
    total: later.total ?? earlier.total,
    cachedInput: later.cachedInput ?? earlier.cachedInput,
    cacheWrite: later.cacheWrite ?? earlier.cacheWrite,
    reasoning: later.reasoning ?? earlier.reasoning,
    webSearches: later.webSearches ?? earlier.webSearches,
  };
}

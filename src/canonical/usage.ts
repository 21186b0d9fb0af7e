/** Usage in the canonical model → the counts the rest of the program keeps. */
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

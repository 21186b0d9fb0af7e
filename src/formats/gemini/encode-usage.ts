/** Usage in the Gemini form (thinking 1.2, 7.2). */
import type { CanonicalUsage } from '../../canonical/events.ts';
import { countsOf } from '../../canonical/usage.ts';
import type { JsonObject } from '../../canonical/value.ts';

/**
 * `usageMetadata`. Candidates and thoughts are apart here and add up to the total, so that thoughts
 * leave the candidates; the reference counts them in both.
 */
export function encodeUsage(usage: CanonicalUsage): JsonObject {
  const counts = countsOf(usage);
  const thoughts = Math.min(counts.reasoningTokens, counts.outputTokens);
  return {
    promptTokenCount: counts.inputTokens,
    candidatesTokenCount: counts.outputTokens - thoughts,
    totalTokenCount: counts.totalTokens,
    thoughtsTokenCount: thoughts > 0 ? thoughts : undefined,
    cachedContentTokenCount: counts.cachedTokens > 0 ? counts.cachedTokens : undefined,
  };
}

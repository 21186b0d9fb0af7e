/** Canonical usage → the Responses form (translate-openai-claude.md 3.3), details always present. */
import type { CanonicalUsage } from '../../canonical/events.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { countsOf } from '../../canonical/usage.ts';

/** Clients read the details without looking whether they are there. */
export function encodeResponsesUsage(usage: CanonicalUsage): JsonObject {
  const counts = countsOf(usage);
  return {
    input_tokens: counts.inputTokens,
    input_tokens_details: { cached_tokens: counts.cachedTokens },
    output_tokens: counts.outputTokens,
    output_tokens_details: { reasoning_tokens: counts.reasoningTokens },
    total_tokens: counts.totalTokens,
  };
}

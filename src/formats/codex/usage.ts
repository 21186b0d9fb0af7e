/** `usage` of a Responses answer → canonical (translate-openai-claude.md 3.3). */
import type { CanonicalUsage } from '../../canonical/events.ts';
import { isObject, numberOf, objectOf } from '../../canonical/value.ts';

/** Reads usage; a count that is missing stays missing. Undefined: there is no usage. */
export function decodeResponsesUsage(usage: unknown): CanonicalUsage | undefined {
  if (!isObject(usage)) return undefined;
  const input = objectOf(usage.input_tokens_details);
  const output = objectOf(usage.output_tokens_details);
  return {
    input: numberOf(usage.input_tokens),
    output: numberOf(usage.output_tokens),
    total: numberOf(usage.total_tokens),
    cachedInput: numberOf(input.cached_tokens),
    cacheWrite: numberOf(input.cache_write_tokens),
    reasoning: numberOf(output.reasoning_tokens),
  };
}

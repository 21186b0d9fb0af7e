/** Usage in the chat form, both ways (translate-openai-claude.md 3.3). */
import type { CanonicalUsage } from '../../canonical/events.ts';
import { isObject, numberOf, objectOf, type JsonObject } from '../../canonical/value.ts';

/** The chat form; only counts that the upstream gave are written, an explicit 0 too. */
export function encodeChatUsage(usage: CanonicalUsage): JsonObject {
  const { cachedInput, cacheWrite, reasoning } = usage;
  const hasInputDetails = cachedInput !== undefined || cacheWrite !== undefined;
  return {
    completion_tokens: usage.output,
    total_tokens: usage.total,
    prompt_tokens: usage.input,
    prompt_tokens_details: hasInputDetails
      ? { cached_tokens: cachedInput, cached_creation_tokens: cacheWrite }
      : undefined,
    completion_tokens_details:
      reasoning === undefined ? undefined : { reasoning_tokens: reasoning },
  };
}

/** Reads usage of a chat upstream; some give a count under the Responses name. */
export function decodeChatUsage(usage: unknown): CanonicalUsage | undefined {
  if (!isObject(usage)) return undefined;
  const input = objectOf(usage.prompt_tokens_details);
  const output = objectOf(usage.completion_tokens_details);
  const otherOutput = objectOf(usage.output_tokens_details);
  return {
    input: numberOf(usage.prompt_tokens),
    output: numberOf(usage.completion_tokens) ?? numberOf(usage.output_tokens),
    total: numberOf(usage.total_tokens),
    cachedInput: numberOf(input.cached_tokens),
    cacheWrite: numberOf(input.cached_creation_tokens),
    reasoning: numberOf(otherOutput.reasoning_tokens) ?? numberOf(output.reasoning_tokens),
  };
}

/** `usageMetadata` → canonical (translate-gemini-thinking.md 4.4, 5.5, 6.2; routing.md 15.3). */
import type { CanonicalUsage } from '../../canonical/events.ts';
import { isObject, numberOf } from '../../canonical/value.ts';
import type { HubClient } from '../hub.ts';

/**
 * Reads usage. Google counts thoughts and the prompts of its own tools apart: the latter are input;
 * thoughts are output for Claude and Gemini clients, and only told beside it for OpenAI's (4.4).
 */
export function decodeUsage(value: unknown, client: HubClient): CanonicalUsage | undefined {
  if (!isObject(value)) return undefined;
  const thoughts = numberOf(value.thoughtsTokenCount);
  const candidates = numberOf(value.candidatesTokenCount);
  const isApart = client === 'openai' || client === 'openai-response';
  return {
    input: sum(numberOf(value.promptTokenCount), numberOf(value.toolUsePromptTokenCount)),
    output: isApart ? candidates : sum(candidates, thoughts),
    total: numberOf(value.totalTokenCount),
    cachedInput: positive(numberOf(value.cachedContentTokenCount)),
    reasoning: positive(thoughts),
  };
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}

const positive = (count: number | undefined): number | undefined =>
  count === undefined || count === 0 ? undefined : count;

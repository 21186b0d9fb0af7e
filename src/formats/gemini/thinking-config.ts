/** What a `generationConfig` says about thinking, in both spellings (thinking 15.5, 15.8). */
import { numberOf, objectOf, stringOf, type JsonObject } from '../../canonical/value.ts';
import { either } from './spellings.ts';

/** An amount as the client wrote it, and whether it wants to see the thoughts. */
export interface GeminiThinkingWish {
  effort?: string | undefined;
  budgetTokens?: number | undefined;
  visible?: boolean | undefined;
}

/** Reads the wish; a level counts before a budget. */
export function thinkingOf(config: JsonObject): GeminiThinkingWish {
  const thinking = objectOf(either(config, 'thinkingConfig', 'thinking_config'));
  const shown = either(thinking, 'includeThoughts', 'include_thoughts');
  return {
    effort: levelWord(either(thinking, 'thinkingLevel', 'thinking_level')),
    budgetTokens: numberOf(either(thinking, 'thinkingBudget', 'thinking_budget')),
    visible: typeof shown === 'boolean' ? shown : undefined,
  };
}

/** A level in lower case; Google's word for "not said" is none. */
export function levelWord(level: unknown): string | undefined {
  const word = stringOf(level)?.toLowerCase() ?? '';
  return word === '' || word.endsWith('unspecified') ? undefined : word;
}

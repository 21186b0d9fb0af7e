/** Chat `finish_reason` → canonical (translate-openai-claude.md 3.2). */
import type { FinishReason } from '../../canonical/events.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  max_tokens: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
};

/** An unknown word counts as a normal stop; the word itself stays in `native`. */
export const decodeFinishReason = (word: string): FinishReason => REASONS[word] ?? 'stop';

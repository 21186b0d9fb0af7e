/** Why an answer ended, in Claude's words (translate-openai-claude.md 3.2). */
import type { FinishEvent, FinishReason } from '../../canonical/events.ts';

/** `tool_calls` without a call that Claude clients can see is an ordinary end (N04). */
const STOP_REASON: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  tool_calls: 'end_turn',
  length: 'max_tokens',
  content_filter: 'refusal',
  stop_sequence: 'stop_sequence',
  pause: 'pause_turn',
  error: 'end_turn',
};

/**
 * Value of `stop_reason`. Tools that were called win, unless the limit cut the last call: then its
 * input is no JSON and nobody can run it.
 */
export function claudeStopReason(
  finish: FinishEvent | undefined,
  calls: { any: boolean; cut: boolean },
): string {
  const reason = finish?.reason ?? 'stop';
  if (calls.any && !(reason === 'length' && calls.cut)) return 'tool_use';
  return finish?.stopReason === undefined ? STOP_REASON[reason] : wordOf(finish.stopReason, finish);
}

/** Words that mean the same to Claude clients. */
const OWN_WORDS: ReadonlySet<string> = new Set([
  ...['stop_sequence', 'pause_turn', 'refusal', 'max_tokens', 'model_context_window_exceeded'],
]);

/** Words of other APIs; all that are not listed are an ordinary end. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ['max_output_tokens', 'max_tokens'],
  ['content_filter', 'refusal'],
]);

function wordOf(word: string, { stopSequence = '' }: FinishEvent): string {
  if (word === 'stop' && stopSequence !== '') return 'stop_sequence';
  return OWN_WORDS.has(word) ? word : (OTHER_WORDS.get(word) ?? 'end_turn');
}

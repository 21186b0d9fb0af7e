/** Why an answer of Anthropic ended (translate-openai-claude.md 3.2). */
import type { FinishReason } from '../../canonical/events.ts';

const REASONS: ReadonlyMap<unknown, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop_sequence'],
  ['pause_turn', 'pause'],
  ['tool_use', 'tool_calls'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['refusal', 'content_filter'],
  ['sensitive', 'content_filter'],
] as const);

/** The reason for a `stop_reason`; unknown words are a normal end. */
export const decodeStopReason = (word: unknown): FinishReason => REASONS.get(word) ?? 'stop';

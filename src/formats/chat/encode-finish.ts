/** Why an answer ended, in the chat form (translate-openai-claude.md 3.2). */
import type { FinishReason } from '../../canonical/events.ts';

const CHAT_REASON: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'content_filter',
  stop_sequence: 'stop',
  pause: 'stop',
  error: 'stop',
};

/** Value of `finish_reason`. */
export const chatFinishReason = (reason: FinishReason): string => CHAT_REASON[reason];

/** Canonical finish reason → Gemini's word (thinking 7.2, 8.2, 9.2). */
import type { FinishEvent, FinishReason } from '../../canonical/events.ts';

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  tool_calls: 'STOP',
  stop_sequence: 'STOP',
  pause: 'STOP',
  length: 'MAX_TOKENS',
  content_filter: 'SAFETY',
  error: 'OTHER',
};

/** The word for the end of a choice. */
export const encodeFinish = ({ reason }: Pick<FinishEvent, 'reason'>): string => WORDS[reason];

/** Why a candidate ended → canonical (translate-gemini-thinking.md 4.4, 5.5, 6.2). */
import type { FinishReason } from '../../canonical/events.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  MAX_TOKENS: 'length',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  LANGUAGE: 'content_filter',
  BLOCKLIST: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
  SPII: 'content_filter',
  MODEL_ARMOR: 'content_filter',
  IMAGE_SAFETY: 'content_filter',
  IMAGE_PROHIBITED_CONTENT: 'content_filter',
  IMAGE_RECITATION: 'content_filter',
  MALFORMED_FUNCTION_CALL: 'error',
  UNEXPECTED_TOOL_CALL: 'error',
  MALFORMED_RESPONSE: 'error',
  MISSING_THOUGHT_SIGNATURE: 'error',
  TOO_MANY_TOOL_CALLS: 'error',
};

/**
 * The word of a reason, of a candidate or for a refused prompt; undefined: none was said. Relays write
 * the word for "not said" into every chunk.
 */
export function saidReason(reason: unknown): string | undefined {
  const isSaid = typeof reason === 'string' && reason !== '' && !reason.endsWith('_UNSPECIFIED');
  return isSaid ? reason : undefined;
}

/** A candidate with calls ended for them, whatever else it says, unless it was cut off. */
export function decodeFinish(native: string, hasCalls: boolean): FinishReason {
  const reason = REASONS[native.toUpperCase()] ?? 'stop';
  return hasCalls && reason === 'stop' ? 'tool_calls' : reason;
}

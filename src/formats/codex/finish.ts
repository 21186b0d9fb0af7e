/** Terminal events of Codex → canonical finish (translate-openai-claude.md 3.2). */
import type { FinishEvent, FinishReason } from '../../canonical/events.ts';
import { objectOf, stringOf, type JsonObject } from '../../canonical/value.ts';
import { decodeResponsesUsage } from './usage.ts';

const INCOMPLETE: Readonly<Record<string, FinishReason>> = {
  max_tokens: 'length',
  max_output_tokens: 'length',
  content_filter: 'content_filter',
};

/** Is it an event that ends an answer well? Failures are taken by the provider. */
export function isTerminal(type: unknown): boolean {
  return type === 'response.completed' || type === 'response.incomplete';
}

/** The finish of an answer; an incomplete one tells its own reason, even after tool calls. */
export function decodeFinish(
  response: JsonObject,
  incomplete: boolean,
  hasCalls: boolean,
): FinishEvent {
  const usage = decodeResponsesUsage(response.usage);
  const stopReason = stringOf(response.stop_reason) || undefined;
  if (!incomplete) {
    const stopSequence = stringOf(response.stop_sequence) || undefined;
    const ended = stopSequence === undefined ? 'stop' : 'stop_sequence';
    return {
      type: 'finish',
      reason: hasCalls ? 'tool_calls' : ended,
      stopReason,
      stopSequence,
      usage,
    };
  }
  const native = stringOf(objectOf(response.incomplete_details).reason);
  const reason = INCOMPLETE[native ?? ''] ?? 'stop';
  return { type: 'finish', reason, native, stopReason, usage };
}

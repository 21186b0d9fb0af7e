/** Output items of a Responses answer, as the last event and a whole body show them (9.2). */
import type { ToolKind } from '../../canonical/parts.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { REDACTED_CARRIER } from '../claude/redacted.ts';

/** State of an item. */
export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

/** A tool call as the client knows it. */
export interface OutputCall {
  kind: ToolKind;
  callId: string;
  name: string;
  namespace?: string;
}

/** Text of one message; an empty list while it is not known yet. */
export function messageItem(id: string, status: ItemStatus, content: JsonObject[]): JsonObject {
  return { id, type: 'message', status, content, role: 'assistant' };
}

/** The one content part of a message. */
export const textPart = (text: string, annotations: readonly JsonObject[] = []): JsonObject => ({
  type: 'output_text',
  annotations,
  logprobs: [],
  text,
});

/** One part of a reasoning summary. */
export const summaryPart = (text: string): JsonObject => ({ type: 'summary_text', text });

/** A call; `text` is its arguments or raw input. */
export function callItem(
  id: string,
  status: ItemStatus,
  call: OutputCall,
  text: string,
): JsonObject {
  const { kind, callId: call_id, name, namespace } = call;
  return kind === 'custom'
    ? { id, type: 'custom_tool_call', status, input: text, call_id, name, namespace }
    : { id, type: 'function_call', status, arguments: text, call_id, name, namespace };
}

/** Value of `encrypted_content`: the proof of a reasoning item, marked where nothing else is told. */
export function carrierOf(reasoning: { signature?: string; redacted?: boolean }): string {
  const { signature = '', redacted } = reasoning;
  return redacted === true ? REDACTED_CARRIER + signature : signature;
}

/** Prefix of the item id of a call. */
export const callPrefix = (kind: ToolKind): string => (kind === 'custom' ? 'ctc' : 'fc');

/** Raw input of a custom tool, which a chat upstream wrote as the one argument of a function. */
export function customInput(text: string): string {
  try {
    const { input } = JSON.parse(text) as { input?: unknown };
    return typeof input === 'string' ? input : text;
  } catch {
    // Models sometimes send the raw text at once.
    return text;
  }
}

/**
 * Chat messages → canonical messages, one for one, so that the index of a message is the same on
 * both sides (call ids are derived from it). Pairing of calls and results is the encoder's matter.
 */
import type { Part, ToolCallPart } from '../../canonical/parts.ts';
import type { Message } from '../../canonical/request.ts';
import { arrayOf, isObject, objectOf, stringOf, textOf } from '../../canonical/value.ts';
import { decodePart } from './decode-parts.ts';
import { callSignature } from './google-extensions.ts';
import { decodeToolOutput } from './tool-output.ts';

/** Reads `messages`; anything that is not an object is an empty message of no known role. */
export function decodeMessages(messages: unknown): Message[] {
  return arrayOf(messages).map((message) => decodeMessage(objectOf(message)));
}

function decodeMessage(message: Record<string, unknown>): Message {
  const role = textOf(message.role);
  if (role === 'tool') {
    const callId = textOf(message.tool_call_id);
    const { content, wire } = decodeToolOutput(message.content);
    return { role, content: [{ type: 'tool_result', callId, content, wire }] };
  }
  const name = stringOf(message.name);
  const content = contentOf(message);
  const cacheControl = message.cache_control;
  return isObject(cacheControl) ? { role, content, name, cacheControl } : { role, content, name };
}

function contentOf(message: Record<string, unknown>): string | Part[] {
  const { content, tool_calls: calls, reasoning_content: reasoning, refusal } = message;
  const replays = typeof reasoning === 'string' && reasoning !== '';
  const refuses = typeof refusal === 'string' && refusal !== '';
  if (typeof content === 'string' && !Array.isArray(calls) && !replays && !refuses) return content;
  const parts: Part[] = [];
  if (replays) parts.push({ type: 'reasoning', summary: [reasoning] });
  if (typeof content === 'string' && content !== '') parts.push({ type: 'text', text: content });
  // One part may stand where a list belongs (thinking 4.2).
  for (const part of isObject(content) ? [content] : arrayOf(content)) parts.push(decodePart(part));
  if (refuses) parts.push({ type: 'refusal', text: refusal });
  if (message.role === 'assistant') {
    for (const call of arrayOf(calls)) parts.push(decodeCall(objectOf(call)));
  }
  return parts;
}

function decodeCall(call: Record<string, unknown>): Part {
  const id = textOf(call.id);
  if (call.type === 'custom') {
    const { name, input } = objectOf(call.custom);
    return callPart('custom', id, textOf(name), textOf(input));
  }
  if (call.type !== 'function') return { type: 'verbatim', family: 'chat', value: call };
  const { name, arguments: text } = objectOf(call.function);
  const part = callPart('function', id, textOf(name), textOf(text));
  const signature = callSignature(call);
  return signature === undefined ? part : { ...part, signature };
}

function callPart(
  kind: ToolCallPart['kind'],
  id: string,
  name: string,
  text: string,
): ToolCallPart {
  return { type: 'tool_call', kind, id, name, arguments: text };
}

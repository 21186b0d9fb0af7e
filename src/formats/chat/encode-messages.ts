/**
 * Canonical messages → chat messages (translate-openai-claude.md 9.2). Items that stand alone in
 * other formats are brought together here: calls join one assistant message, reasoning joins the
 * message it led to, and results follow their calls at once.
 */
import type { ReasoningPart, ToolCallPart, ToolResultPart } from '../../canonical/parts.ts';
import type { CanonicalRequest, Message } from '../../canonical/request.ts';
import { arrayOf, type JsonObject } from '../../canonical/value.ts';
import { decodeCarrier } from '../gemini/carrier.ts';
import { encodeContentPart, encodeToolContent } from './encode-content.ts';
import { PendingReasoning } from './pending-reasoning.ts';
import { qualifiedName } from './qualified-name.ts';

/** Builds `messages`; instructions come first. */
export function encodeChatMessages(request: CanonicalRequest): JsonObject[] {
  const builder = new MessageBuilder(request.messages);
  if (request.instructions !== undefined) builder.instructions(request.instructions);
  for (const message of request.messages) builder.add(message);
  return builder.finish();
}

class MessageBuilder {
  readonly #out: JsonObject[] = [];
  /** Results that are still to come, by call id. */
  readonly #expected = new Map<string, number>();
  /** Calls whose result comes later; until then no other message may stand between. */
  readonly #awaited = new Set<string>();
  #held: Message[] = [];
  readonly #reasoning = new PendingReasoning();
  /** Assistant message that calls may still join. */
  #assistant: JsonObject | undefined;

  constructor(messages: readonly Message[]) {
    for (const { callId } of messages.flatMap(resultsOf)) this.#expect(callId, 1);
  }

  instructions(text: string): void {
    this.#out.push({ role: 'system', content: text });
  }

  add(message: Message): void {
    const isOrdinary = !hasCallsOrResults(message) && !isReasoningOnly(message);
    if (isOrdinary && this.#awaited.size > 0) this.#held.push(message);
    else this.#place(message);
  }

  finish(): JsonObject[] {
    this.#awaited.clear();
    this.#releaseHeld();
    this.#ownReasoning();
    return this.#out;
  }

  #place(message: Message): void {
    const results = resultsOf(message);
    for (const result of results) this.#result(result);
    if (message.role === 'tool') return;
    if (results.length > 0 && this.#awaited.size > 0) {
      // Other results are due first, in a message of their own.
      this.#held.push(withoutResults(message));
      return;
    }
    this.#content(message);
    if (typeof message.content === 'string') return;
    for (const part of message.content) if (part.type === 'tool_call') this.#call(part);
  }

  /** Texts and images; a message with neither ends the joining of calls, unless it is reasoning. */
  #content(message: Message): void {
    const role = message.role === 'developer' ? 'system' : message.role;
    if (typeof message.content === 'string') {
      this.#message(role, message.content);
      return;
    }
    const parts: JsonObject[] = [];
    for (const part of message.content) {
      if (part.type === 'reasoning') this.#think(part);
      const encoded = encodeContentPart(part);
      if (encoded !== undefined) parts.push(encoded);
      if (part.type === 'verbatim') this.#assistant = undefined;
    }
    if (parts.length > 0) this.#message(role, parts);
  }

  /** A proof of Google for the text before is no reasoning, and may stand behind the last message. */
  #think({ summary, text, signature }: ReasoningPart): void {
    const isSilent = summary.length === 0 && text === undefined;
    if (isSilent && decodeCarrier(signature)?.direction === 'previous') return;
    this.#reasoning.add(summary, text);
  }

  #message(role: string, content: string | JsonObject[]): void {
    if (role === 'assistant' && this.#awaited.size > 0 && this.#joined(content)) return;
    const message: JsonObject = { role, content };
    if (role === 'assistant') {
      this.#reasoning.attachTo(message);
      this.#assistant = message;
    } else {
      this.#ownReasoning();
      this.#assistant = undefined;
    }
    this.#out.push(message);
  }

  /** Between calls and their results nothing may stand, so more words belong to the same message. */
  #joined(content: string | JsonObject[]): boolean {
    const open = this.#assistant;
    if (open === undefined) return false;
    open.content = [...partsOf(open.content), ...partsOf(content)];
    this.#reasoning.attachTo(open);
    return true;
  }

  #call(call: ToolCallPart): void {
    this.#assistant ??= this.#newAssistant();
    this.#reasoning.attachTo(this.#assistant);
    const calls = (this.#assistant.tool_calls ??= []) as JsonObject[];
    const name = qualifiedName(call.name, call.namespace);
    calls.push({ id: call.id, type: 'function', function: { name, arguments: argumentsOf(call) } });
    if ((this.#expected.get(call.id) ?? 0) > 0) this.#awaited.add(call.id);
  }

  #newAssistant(): JsonObject {
    const message: JsonObject = { role: 'assistant' };
    this.#out.push(message);
    return message;
  }

  #result(result: ToolResultPart): void {
    this.#assistant = undefined;
    this.#out.push({
      role: 'tool',
      tool_call_id: result.callId,
      content: encodeToolContent(result),
    });
    this.#expect(result.callId, -1);
    this.#awaited.delete(result.callId);
    if (this.#awaited.size === 0) this.#releaseHeld();
  }

  #expect(callId: string, change: number): void {
    this.#expected.set(callId, (this.#expected.get(callId) ?? 0) + change);
  }

  #releaseHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.add(message);
  }

  /** Reasoning that no assistant message follows becomes one of its own. */
  #ownReasoning(): void {
    if (this.#reasoning.isEmpty) return;
    const message: JsonObject = { role: 'assistant', content: '' };
    this.#reasoning.attachTo(message);
    this.#out.push(message);
  }
}

function resultsOf(message: Message): ToolResultPart[] {
  if (typeof message.content === 'string') return [];
  return message.content.filter((part) => part.type === 'tool_result');
}

function withoutResults(message: Message): Message {
  if (typeof message.content === 'string') return message;
  return { ...message, content: message.content.filter((part) => part.type !== 'tool_result') };
}

/** Content in its list form. */
function partsOf(content: unknown): unknown[] {
  if (typeof content !== 'string') return arrayOf(content).slice();
  return content === '' ? [] : [{ type: 'text', text: content }];
}

function hasCallsOrResults({ content }: Message): boolean {
  if (typeof content === 'string') return false;
  return content.some((part) => part.type === 'tool_call' || part.type === 'tool_result');
}

function isReasoningOnly({ content }: Message): boolean {
  if (typeof content === 'string' || content.length === 0) return false;
  return content.every((part) => part.type === 'reasoning');
}

/** A chat upstream sees a custom tool as a function with one text, and reads the arguments as JSON. */
function argumentsOf(call: ToolCallPart): string {
  return call.kind === 'custom'
    ? JSON.stringify({ input: call.arguments })
    : call.arguments || '{}';
}

/**
 * Canonical messages → system blocks and turns of Anthropic (translate-openai-claude.md 3.10, 7.1,
 * 8.2). Neighbours of one role are one turn; calls stand last in a turn of the assistant.
 */
import type { Part, ToolResultPart } from '../../canonical/parts.ts';
import { splitMessages } from '../../canonical/late-system.ts';
import type { CanonicalRequest, Message } from '../../canonical/request.ts';
import { isObject, textOf, type JsonObject } from '../../canonical/value.ts';
import type { HubClient } from '../hub.ts';
import { encodePart } from './encode-blocks.ts';
import { UniqueCalls } from './unique-calls.ts';

/** One turn with its blocks. */
interface Turn {
  role: 'user' | 'assistant';
  content: JsonObject[];
}

/** System text and turns of a request. */
export interface EncodedMessages {
  system: JsonObject[];
  messages: JsonObject[];
}

/**
 * Encodes all messages; `client` decides about roles and parts that have no counterpart.
 * `keepsUnsigned` as in {@link encodePart}.
 */
export function encodeMessages(
  request: CanonicalRequest,
  client: HubClient,
  keepsUnsigned: boolean,
): EncodedMessages {
  const system: JsonObject[] = [];
  const turns: Turn[] = [];
  if (request.instructions !== undefined && request.instructions !== '') {
    system.push({ type: 'text', text: request.instructions });
  }
  const calls = new UniqueCalls();
  const messages = request.messages.map((message) => withNames(message, calls));
  const split = splitMessages(messages);
  for (const message of split.system) {
    system.push(...marked(systemBlocks(message, client), message));
  }
  const results = new Results(messages);
  const indexOf = new Map(messages.map((message, index) => [message, index]));
  for (const message of split.conversation) {
    const role = roleOf(message.role, client);
    if (role === undefined) continue;
    const blocks = partsOf(message).map((part, place) => {
      const missingId = `toolu_missing_${String(indexOf.get(message))}_${String(place)}`;
      const wanted = part.type === 'tool_result' ? results.take(part) : part;
      return wanted && encodePart(wanted, missingId, keepsUnsigned);
    });
    if (role === 'user' && !keepsUnsigned) dropIdleThinking(turns);
    addToTurn(turns, role, marked(known(blocks), message));
  }
  if (!keepsUnsigned) dropIdleThinking(turns);
  const last = turns.length === 0 ? system.pop() : undefined;
  // Anthropic answers users only, and refuses an empty text of one.
  if (last !== undefined) turns.push({ role: 'user', content: [last] });
  return { system, messages: turns.map((turn) => encodeTurn(turn, client)) };
}

function withNames(message: Message, calls: UniqueCalls): Message {
  const { content } = message;
  if (typeof content === 'string') return message;
  return { ...message, content: content.map((part) => calls.named(part)) };
}

/** Results by their call: the first place, the last content (7.1). */
class Results {
  readonly #last = new Map<string, ToolResultPart>();

  constructor(messages: readonly Message[]) {
    for (const part of messages.flatMap(partsOf)) {
      if (part.type === 'tool_result' && part.callId !== '') this.#last.set(part.callId, part);
    }
  }

  /** What stands at the place of this result; undefined: an earlier place had it. */
  take(part: ToolResultPart): ToolResultPart | undefined {
    if (part.callId === '') return part;
    const last = this.#last.get(part.callId);
    this.#last.delete(part.callId);
    return last;
  }
}

function partsOf({ content }: Message): readonly Part[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** Roles of other words mean the user to Responses, and nothing to chat. */
function roleOf(role: string, client: HubClient): Turn['role'] | undefined {
  if (role === 'assistant') return 'assistant';
  if (role === 'user' || role === 'tool') return 'user';
  return client === 'openai' ? undefined : 'user';
}

/**
 * Text only. What a Responses client puts beside it is kept as an unknown block, so that the request
 * fails instead of losing instructions (8.1); chat drops it (7.1).
 */
function systemBlocks(message: Message, client: HubClient): JsonObject[] {
  const blocks = partsOf(message).map((part) => {
    if (part.type === 'text') return encodePart(part, '');
    return client === 'openai-response' ? { type: wireType(part) } : undefined;
  });
  return known(blocks);
}

const known = (blocks: readonly (JsonObject | undefined)[]): JsonObject[] =>
  blocks.filter((block) => block !== undefined);

function wireType(part: Part): string {
  if (part.type === 'verbatim') return isObject(part.value) ? textOf(part.value.type) : 'unknown';
  return part.type === 'refusal' ? part.type : `input_${part.type}`;
}

/** The marker of a whole message belongs to its last block. */
function marked(blocks: JsonObject[], { cacheControl }: Message): JsonObject[] {
  const last = blocks.at(-1);
  if (last !== undefined && cacheControl !== undefined) last.cache_control ??= cacheControl;
  return blocks;
}

function addToTurn(turns: Turn[], role: Turn['role'], content: readonly JsonObject[]): void {
  if (content.length === 0) return;
  const open = turns.at(-1);
  if (open?.role === role) open.content.push(...content);
  else turns.push({ role, content: [...content] });
}

const isCall = (block: JsonObject): boolean => block.type === 'tool_use';
const isThinking = ({ type }: JsonObject): boolean =>
  type === 'thinking' || type === 'redacted_thinking';

/**
 * Thinking that led to nothing, because the user broke in: Anthropic refuses a turn of the assistant
 * that ends with it.
 */
function dropIdleThinking(turns: Turn[]): void {
  const last = turns.at(-1);
  if (last?.role !== 'assistant' || last.content.some(isCall)) return;
  last.content.splice(last.content.findLastIndex((block) => !isThinking(block)) + 1);
  if (last.content.length === 0) turns.pop();
}

function encodeTurn({ role, content }: Turn, client: HubClient): JsonObject {
  const ordered =
    role === 'user'
      ? content
      : [...content.filter((block) => !isCall(block)), ...content.filter(isCall)];
  const [only] = ordered;
  const isPlain = ordered.length === 1 && only?.type === 'text' && only.cache_control === undefined;
  return { role, content: isPlain && client === 'openai-response' ? only.text : ordered };
}

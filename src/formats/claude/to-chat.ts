/** Chat upstreams for Claude clients (translate-openai-claude.md 9.1). */
import type { EventSink, ToolCallEvent } from '../../canonical/events.ts';
import type { Part } from '../../canonical/parts.ts';
import type { CanonicalRequest, Message, Tool } from '../../canonical/request.ts';
import {
  arrayOf,
  isObject,
  isPresent,
  objectOf,
  textOf,
  type JsonObject,
} from '../../canonical/value.ts';
import { parseBody } from '../body.ts';
import { chatUpstream } from '../chat/sides.ts';
import type { RequestContext } from '../format.ts';
import type { UpstreamSide } from '../hub.ts';
import { isOpenAiEncrypted } from '../responses/encrypted.ts';
import { clientFunction } from './client-tools.ts';
import { nameSpelling } from './name-spelling.ts';

/** The hub's chat upstream, with every tool a function, in the client's spelling. */
export const chatForClaude: UpstreamSide = {
  ...chatUpstream,
  encodeRequest(request, context, client) {
    const body = chatUpstream.encodeRequest(requestForChat(request, context), context, client);
    body.messages = arrayOf(body.messages).map(withContent);
    return body;
  },
  decoder(context, client, sink) {
    const spelled = nameSpelling(() => client.decodeRequest(parseBody(context.requestBody)).tools);
    const restored: EventSink = (event) =>
      sink(event.type === 'tool_call' ? { ...event, name: nameOf(event, spelled) } : event);
    return chatUpstream.decoder(context, client, restored);
  },
};

/** A call that no name came for gets one, so that the client can say that it knows no such tool. */
const nameOf = ({ name, item }: ToolCallEvent, spelled: (name: string) => string): string =>
  name === '' ? `tool_${String(item)}` : spelled(name);

/** Some chat upstreams refuse an assistant message that has calls but no content. */
function withContent(value: unknown): JsonObject {
  const message = objectOf(value);
  return 'content' in message ? message : { ...message, content: '' };
}

function requestForChat(request: CanonicalRequest, context: RequestContext): CanonicalRequest {
  const keepsUnsigned = context.keepsUnsigned === true;
  return {
    ...request,
    messages: request.messages.map((message) => messageForChat(message, keepsUnsigned)),
    tools: request.tools.flatMap(toolForChat),
  };
}

function messageForChat(message: Message, keepsUnsigned: boolean): Message {
  const { content, role } = message;
  if (typeof content === 'string') return message;
  const kept = content.filter((part) => isKept(part, role, keepsUnsigned));
  return { ...message, content: role === 'user' ? plainText(kept) : kept };
}

/**
 * Claude Code writes a user's words as a string, but as a block as long as its cache mark is on them:
 * one form for both, because the upstream's prompt cache needs the same bytes in every turn.
 */
function plainText(parts: Part[]): string | Part[] {
  const [only, ...others] = parts;
  return only?.type === 'text' && others.length === 0 ? only.text : parts;
}

/** Blank texts say nothing; reasoning goes back only to the family it came from (3.8). */
function isKept(part: Part, role: string, keepsUnsigned: boolean): boolean {
  if (part.type === 'text') return part.text.trim() !== '';
  if (part.type === 'tool_call') return role === 'assistant';
  if (part.type !== 'reasoning') return true;
  if ((part.text ?? '').trim() === '') return false;
  return role === 'assistant' && (keepsUnsigned || isOpenAiEncrypted(part.signature));
}

/** Every tool becomes a function, Anthropic's own ones too; sets of tools have no name to call. */
function toolForChat(tool: Tool): Tool[] {
  if (tool.type === 'function') return [{ ...tool, parameters: withProperties(tool.parameters) }];
  if (tool.type !== 'builtin' || tool.family !== 'claude') return [tool];
  const name = textOf(tool.definition.name);
  return name === '' ? [] : [clientFunction(tool) ?? { type: 'function', name }];
}

/**
 * Strict servers want `properties` at every object of a schema (3.11). Nearly every schema has them:
 * a copy of all would cost more than the rest here.
 */
function withProperties(schema: unknown): unknown {
  return lacksProperties(schema) ? completed(schema) : schema;
}

function lacksProperties(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(lacksProperties);
  if (!isObject(schema)) return false;
  if (schema.type === 'object' && !isPresent(schema.properties)) return true;
  return Object.values(schema).some(lacksProperties);
}

function completed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(completed);
  if (!isObject(schema)) return schema;
  const members = Object.entries(schema).map(([key, value]) => [key, completed(value)]);
  const copy = Object.fromEntries(members) as JsonObject;
  if (copy.type === 'object') copy.properties ??= {};
  return copy;
}

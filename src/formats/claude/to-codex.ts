/**
 * The Codex upstream for Claude clients (translate-openai-claude.md 6; codex.md 1.4): tools,
 * ids and signatures in a form that Codex takes.
 */
import type { Part } from '../../canonical/parts.ts';
import type {
  BuiltinTool,
  CanonicalRequest,
  Message,
  ReasoningIntent,
  Tool,
  ToolChoice,
} from '../../canonical/request.ts';
import { isObject, isPresent, textOf, type JsonObject } from '../../canonical/value.ts';
import { codexUpstream } from '../codex/sides.ts';
import type { RequestContext } from '../format.ts';
import type { UpstreamSide } from '../hub.ts';
import { clientFunction } from './client-tools.ts';
import { shortCallId } from './call-id.ts';

/** The hub's Codex upstream, told by Claude clients. */
export const codexForClaude: UpstreamSide = {
  ...codexUpstream,
  encodeRequest: (request, context, client) =>
    codexUpstream.encodeRequest(requestForCodex(request, context), context, client),
};

function requestForCodex(request: CanonicalRequest, context: RequestContext): CanonicalRequest {
  const { tools } = request;
  const keepsUnsigned = context.keepsUnsigned === true;
  return {
    ...request,
    messages: request.messages
      .filter(saysSomething)
      .map((message) => messageForCodex(message, keepsUnsigned)),
    tools: tools.flatMap(toolForCodex),
    toolChoice: choiceForCodex(request),
    reasoning: reasoningForCodex(request.reasoning),
  };
}

/** A turn of which Codex would get nothing is left out; an empty one would be refused. */
function saysSomething({ role, content }: Message): boolean {
  if (role === 'assistant' || typeof content === 'string') return true;
  return content.some(({ type }) => type !== 'verbatim' && type !== 'reasoning');
}

function messageForCodex(message: Message, keepsUnsigned: boolean): Message {
  const { content } = message;
  if (typeof content === 'string') return message;
  return { ...message, content: content.flatMap((part) => partForCodex(part, keepsUnsigned)) };
}

function partForCodex(part: Part, keepsUnsigned: boolean): Part[] {
  if (part.type === 'tool_call') return [{ ...part, id: shortCallId(part.id) }];
  if (part.type === 'tool_result') return [{ ...part, callId: shortCallId(part.callId) }];
  if (part.type !== 'reasoning' || (part.signature ?? '').trim() !== '') return [part];
  return keepsUnsigned ? [{ ...part, signature: '' }] : [];
}

function toolForCodex(tool: Tool): Tool[] {
  if (tool.type === 'function') {
    return [{ ...tool, parameters: schemaForCodex(tool.parameters) }];
  }
  if (tool.type !== 'builtin' || tool.family !== 'claude') return [tool];
  return isWebSearch(tool.kind) ? [searchForCodex(tool)] : builtinForCodex(tool);
}

/** Anthropic's own tools run at the client; sets of tools have no name to call. */
function builtinForCodex(tool: BuiltinTool): Tool[] {
  const name = textOf(tool.definition.name);
  if (name === '') return [];
  const { description } = tool.definition;
  const unknown: Tool = {
    type: 'function',
    name,
    description: isPresent(description) ? textOf(description) : undefined,
    parameters: schemaForCodex(undefined),
  };
  return [clientFunction(tool) ?? unknown];
}

/** The one that Codex has too (6.3). */
function searchForCodex({ definition }: BuiltinTool): Tool {
  const search: JsonObject = { type: 'web_search' };
  const { allowed_domains: domains, user_location: location } = definition;
  if (Array.isArray(domains) && domains.length > 0) search.filters = { allowed_domains: domains };
  if (isObject(location)) search.user_location = location;
  return { type: 'builtin', family: 'responses', kind: 'web_search', definition: search };
}

const isWebSearch = (kind: string): boolean => kind.startsWith('web_search');

function choiceForCodex({ toolChoice, tools }: CanonicalRequest): ToolChoice | undefined {
  if (toolChoice?.type !== 'tool') return toolChoice;
  const isSearch = tools.some(
    (tool) =>
      tool.type === 'builtin' && isWebSearch(tool.kind) && tool.definition.name === toolChoice.name,
  );
  if (!isSearch) return toolChoice;
  return { type: 'verbatim', family: 'responses', value: { type: 'web_search' } };
}

/** Codex has no word for an amount that the model decides itself: its default says as much. */
function reasoningForCodex(reasoning: ReasoningIntent): ReasoningIntent {
  return reasoning.budgetTokens === -1 ? { ...reasoning, budgetTokens: undefined } : reasoning;
}

/** Codex demands an object with properties at the root (3.11). */
function schemaForCodex(schema: unknown): JsonObject {
  if (!isObject(schema)) return { type: 'object', properties: {} };
  const known = Object.entries(schema).filter(([key]) => key !== '$schema');
  const { type = 'object', properties, ...others } = Object.fromEntries(known);
  const isBare = type === 'object' && !isObject(properties);
  return { type, properties: isBare ? {} : properties, ...others };
}

/** Canonical tools and tool choice → Anthropic (translate-openai-claude.md 7.1, 8.3, 8.4). */
import type {
  BuiltinTool,
  CanonicalRequest,
  CustomTool,
  FunctionTool,
  Tool,
  ToolChoice,
} from '../../canonical/request.ts';
import { isPresent, objectOf, stringOf, textOf, type JsonObject } from '../../canonical/value.ts';
import { qualifiedName } from '../chat/qualified-name.ts';
import type { HubClient } from '../hub.ts';
import { cacheControlOf } from './cache-control.ts';
import { inputSchema } from './tool-schema.ts';

/** Hosted tools of OpenAI that Anthropic has no counterpart for. */
const FOREIGN: ReadonlySet<string> = new Set([
  'image_generation',
  'file_search',
  'code_interpreter',
  'computer_use_preview',
]);

/** A tool with what is sent for it. */
interface Encoded {
  tool: Tool;
  name: string;
  definition: JsonObject;
}

/** `tools` and `tool_choice`; both undefined when no tool is left. */
export interface EncodedTools {
  tools: JsonObject[] | undefined;
  toolChoice: JsonObject | undefined;
}

/** Encodes the tools; of several with one name the first counts, direct ones before namespaces. */
export function encodeTools(request: CanonicalRequest, client: HubClient): EncodedTools {
  const winners = new Map<string, Encoded>();
  for (const tool of request.tools) {
    const encoded = encodeTool(tool, client);
    if (encoded === undefined) continue;
    const known = winners.get(encoded.name);
    const isDirect = known !== undefined && isChild(known.tool) && !isChild(tool);
    if (known !== undefined && !isDirect) continue;
    // The order is that of the winners.
    winners.delete(encoded.name);
    winners.set(encoded.name, encoded);
  }
  if (winners.size === 0) return { tools: undefined, toolChoice: undefined };
  const list = [...winners.values()];
  const { toolChoice } = request;
  return {
    tools: list.map(({ definition }) => definition),
    toolChoice: toolChoice === undefined ? undefined : encodeChoice(toolChoice, list),
  };
}

const isChild = (tool: Tool): boolean => tool.type !== 'builtin' && tool.namespace !== undefined;

function encodeTool(tool: Tool, client: HubClient): Encoded | undefined {
  if (tool.type === 'builtin') return builtinTool(tool);
  if (tool.type === 'function') return functionTool(tool);
  // A chat client would read the wrapped input as the tool's own.
  return client === 'openai' ? undefined : customTool(tool);
}

function functionTool(tool: FunctionTool): Encoded {
  const name = qualifiedName(tool.name, tool.namespace);
  const definition: JsonObject = {
    name,
    description: tool.description ?? '',
    input_schema: inputSchema(tool.parameters),
  };
  if (tool.cacheControl !== undefined) definition.cache_control = tool.cacheControl;
  return { tool, name, definition };
}

/** Free text becomes the one argument of a function. */
function customTool(tool: CustomTool): Encoded | undefined {
  if (tool.name === 'apply_patch') return undefined;
  const name = qualifiedName(tool.name, tool.namespace);
  const input_schema = {
    type: 'object',
    properties: { input: { type: 'string' } },
    required: ['input'],
  };
  const definition: JsonObject = {
    name,
    description: textOf(tool.definition.description),
    input_schema,
  };
  const cacheControl = cacheControlOf(tool.definition);
  if (cacheControl !== undefined) definition.cache_control = cacheControl;
  return { tool, name, definition };
}

function builtinTool(tool: BuiltinTool): Encoded | undefined {
  const { family, kind, definition } = tool;
  if (family === 'claude') return { tool, name: textOf(definition.name), definition };
  if (family !== 'responses' || FOREIGN.has(kind)) return undefined;
  if (kind === 'web_search') return webSearch(tool);
  const name = stringOf(definition.name) ?? '';
  return name === '' ? undefined : { tool, name, definition };
}

function webSearch(tool: BuiltinTool): Encoded | undefined {
  const { definition } = tool;
  if (definition.external_web_access === false) return undefined;
  const name = stringOf(definition.name) ?? 'web_search';
  const { allowed_domains } = objectOf(definition.filters);
  const { max_uses, user_location } = definition;
  const search: JsonObject = { type: 'web_search_20250305', name };
  if (isPresent(max_uses)) search.max_uses = max_uses;
  if (Array.isArray(allowed_domains) && allowed_domains.length > 0) {
    search.allowed_domains = allowed_domains;
  }
  if (isPresent(user_location)) search.user_location = user_location;
  return { tool, name, definition: search };
}

function encodeChoice(choice: ToolChoice, tools: readonly Encoded[]): JsonObject | undefined {
  switch (choice.type) {
    case 'mode':
      return encodeMode(choice.mode);
    case 'tool': {
      const name = chosenName(choice.name, choice.namespace, tools);
      return name === undefined ? undefined : { type: 'tool', name };
    }
    case 'verbatim':
      return choice.family === 'claude' ? choice.value : undefined;
  }
}

/** `none` is said, other than in the reference: else the model may call what it must not (13, Q8). */
function encodeMode(mode: string): JsonObject | undefined {
  if (mode === 'auto' || mode === 'none') return { type: mode };
  return mode === 'required' ? { type: 'any' } : undefined;
}

/** A direct tool of that name, else the child of a namespace. */
function chosenName(
  name: string,
  namespace: string | undefined,
  tools: readonly Encoded[],
): string | undefined {
  const qualified = qualifiedName(name, namespace);
  const found =
    tools.find((encoded) => encoded.name === qualified) ??
    tools.find(({ tool }) => tool.type !== 'builtin' && tool.name === name);
  return found?.name;
}

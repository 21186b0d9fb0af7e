/** Canonical tools and tool choice → Gemini (translate-gemini-thinking.md 4.3, 5.2, 6.1). */
import type { FunctionTool, CustomTool, Tool, ToolChoice } from '../../canonical/request.ts';
import { isObject, textOf, type JsonObject } from '../../canonical/value.ts';
import { qualifiedName } from '../chat/qualified-name.ts';
import type { HubClient } from '../hub.ts';
import { cleanedSchemas } from './schema/remembered.ts';
import { declaredName, type ToolNames } from './tool-names.ts';

/** A custom tool is a function whose one argument is its raw input. */
const CUSTOM_PARAMETERS = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
};

/** Google's own tools, as chat clients name them among theirs (4.3). */
const GOOGLE_TOOLS = [
  ['google_search', 'googleSearch'],
  ['code_execution', 'codeExecution'],
  ['url_context', 'urlContext'],
] as const;

/** `tools`; undefined when nothing is declared. Tools of other upstreams are left out. */
export function encodeTools(
  tools: readonly Tool[],
  names: ToolNames,
  client: HubClient,
  extensions: JsonObject,
): JsonObject[] | undefined {
  const declared = new Map<string, JsonObject>();
  for (const tool of tools) {
    if (tool.type === 'builtin') continue;
    const name = names.upstream(declaredName(tool));
    const parameters = parametersOf(tool, client);
    if (name === '' || parameters === undefined || declared.has(name)) continue;
    declared.set(name, { name, ...description(tool), parametersJsonSchema: parameters });
  }
  const nodes: JsonObject[] = GOOGLE_TOOLS.flatMap(([asked, name]) =>
    extensions[asked] === undefined ? [] : [{ [name]: extensions[asked] }],
  );
  if (declared.size > 0) nodes.unshift({ functionDeclarations: [...declared.values()] });
  return nodes.length === 0 ? undefined : nodes;
}

function description(tool: FunctionTool | CustomTool): JsonObject {
  const text = tool.type === 'custom' ? textOf(tool.definition.description) : tool.description;
  return text === undefined || text === '' ? {} : { description: text };
}

/** Undefined: a tool of Claude that has no schema is not a function (6.1). */
function parametersOf(tool: FunctionTool | CustomTool, client: HubClient): JsonObject | undefined {
  if (tool.type === 'custom') return CUSTOM_PARAMETERS;
  if (isObject(tool.parameters)) return cleanedSchemas.of(tool.parameters);
  if (client === 'claude') return undefined;
  return client === 'openai-response' ? {} : { type: 'object', properties: {} };
}

/**
 * `toolConfig`; undefined: the model decides as it likes. The reference drops the choice of chat
 * clients (17).
 */
export function encodeToolChoice(
  choice: ToolChoice | undefined,
  tools: readonly Tool[],
  names: ToolNames,
): JsonObject | undefined {
  const config = choice === undefined ? undefined : callingConfig(choice, tools, names);
  return config && { functionCallingConfig: config };
}

const MODES: Readonly<Record<string, string>> = {
  none: 'NONE',
  auto: 'AUTO',
  required: 'ANY',
  any: 'ANY',
};

function callingConfig(
  choice: ToolChoice,
  tools: readonly Tool[],
  names: ToolNames,
): JsonObject | undefined {
  if (choice.type === 'verbatim') {
    const mode = MODES[textOf(choice.value.type)];
    return mode === undefined ? undefined : { mode };
  }
  if (choice.type === 'mode') {
    const mode = MODES[choice.mode];
    return mode === undefined ? undefined : { mode };
  }
  const named = tools.filter((tool) => tool.type !== 'builtin' && tool.name === choice.name);
  const owner = named.find((tool) => 'namespace' in tool && tool.namespace === choice.namespace);
  const tool = owner ?? named[0];
  const name =
    tool === undefined ? qualifiedName(choice.name, choice.namespace) : declaredName(tool);
  return { mode: 'ANY', allowedFunctionNames: [names.upstream(name)] };
}

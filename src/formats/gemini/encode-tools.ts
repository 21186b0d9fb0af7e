/** Canonical tools and tool choice → Gemini (translate-gemini-thinking.md 4.3, 5.2, 6.1). */
import type { FunctionTool, CustomTool, Tool, ToolChoice } from '../../canonical/request.ts';
import { isObject, textOf, type JsonObject } from '../../canonical/value.ts';
import { qualifiedName } from '../chat/qualified-name.ts';
import { clientFunction } from '../claude/client-tools.ts';
import { hostedTool, type HostedTool } from '../hosted-tools.ts';
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

/** What Google runs itself, for the hosted tools of other families. */
const HOSTED: Readonly<Record<HostedTool, string>> = {
  web_search: 'googleSearch',
  web_fetch: 'urlContext',
  code_execution: 'codeExecution',
};

/**
 * `tools`; undefined when nothing is declared. Google refuses its own tools beside functions, so
 * hosted tools of other families count only where there is no function (10.4); the reference leaves
 * them out always. What chat clients ask for in Google's own words is their own.
 */
export function encodeTools(
  tools: readonly Tool[],
  names: ToolNames,
  client: HubClient,
  extensions: JsonObject,
): JsonObject[] | undefined {
  const declared = declarations(tools, names, client);
  const nodes: JsonObject[] = GOOGLE_TOOLS.flatMap(([asked, name]) =>
    extensions[asked] === undefined ? [] : [{ [name]: extensions[asked] }],
  );
  if (declared.length > 0) nodes.unshift({ functionDeclarations: declared });
  else if (nodes.length === 0) nodes.push(...hostedNodes(tools, extensions));
  return nodes.length === 0 ? undefined : nodes;
}

/** Of several tools with one name the first counts, those without a namespace before the others. */
function declarations(tools: readonly Tool[], names: ToolNames, client: HubClient): JsonObject[] {
  const declared = new Map<string, JsonObject>();
  const direct = new Set<string>();
  for (const given of tools) {
    const tool = given.type === 'builtin' ? clientFunction(given) : given;
    if (tool === undefined) continue;
    const name = names.upstream(declaredName(tool));
    const parameters = parametersOf(tool, client);
    const isTaken = declared.has(name) && (direct.has(name) || tool.namespace !== undefined);
    if (name === '' || parameters === undefined || isTaken) continue;
    if (tool.namespace === undefined) direct.add(name);
    declared.set(name, { name, ...description(tool), parametersJsonSchema: parameters });
  }
  return [...declared.values()];
}

/** Each of Google's tools once. */
function hostedNodes(tools: readonly Tool[], extensions: JsonObject): JsonObject[] {
  const wanted = new Set<HostedTool>();
  for (const tool of tools) {
    const hosted = tool.type === 'builtin' ? hostedTool(tool) : undefined;
    if (hosted !== undefined) wanted.add(hosted);
  }
  if (extensions.web_search_options !== undefined) wanted.add('web_search');
  return [...wanted].map((hosted) => ({ [HOSTED[hosted]]: {} }));
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
  if (choice.type === 'verbatim') return verbatimConfig(choice.value, names);
  if (choice.type === 'mode') {
    const mode = MODES[choice.mode];
    return mode === undefined ? undefined : { mode };
  }
  // A tool of the upstream can not be demanded.
  if (tools.some((tool) => isHosted(tool, choice.name))) return undefined;
  const named = tools.filter((tool) => tool.type !== 'builtin' && tool.name === choice.name);
  const owner = named.find((tool) => 'namespace' in tool && tool.namespace === choice.namespace);
  const tool = owner ?? named[0];
  const name =
    tool === undefined ? qualifiedName(choice.name, choice.namespace) : declaredName(tool);
  return { mode: 'ANY', allowedFunctionNames: [names.upstream(name)] };
}

const isHosted = (tool: Tool, name: string): boolean =>
  tool.type === 'builtin' && tool.definition.name === name && hostedTool(tool) !== undefined;

/** Choices in other words (5.2): `{type: "auto"}`, `{type: "tool", name}`. */
function verbatimConfig(value: JsonObject, names: ToolNames): JsonObject | undefined {
  const type = textOf(value.type);
  const name = type === 'tool' ? textOf(value.name) : '';
  if (name !== '') return { mode: 'ANY', allowedFunctionNames: [names.upstream(name)] };
  const mode = MODES[type];
  return mode === undefined ? undefined : { mode };
}

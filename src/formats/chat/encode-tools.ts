/** Canonical tools → chat function tools, the only kind every chat upstream takes (9.2). */
import type { Tool, ToolChoice } from '../../canonical/request.ts';
import { isObject, textOf, type JsonObject } from '../../canonical/value.ts';
import { qualifiedName } from './qualified-name.ts';

/** Parameters of the function that stands for a custom tool: its raw input. */
const CUSTOM_PARAMETERS = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
};

/** Function tools, by qualified name the first one wins; built-in tools are left out. */
export function encodeChatTools(tools: readonly Tool[]): JsonObject[] {
  const encoded = new Map<string, JsonObject>();
  for (const tool of tools) {
    if (tool.type === 'builtin') continue;
    const name = qualifiedName(tool.name, tool.namespace);
    if (encoded.has(name)) continue;
    const isCustom = tool.type === 'custom';
    const description = isCustom ? textOf(tool.definition.description) : (tool.description ?? '');
    const parameters = isCustom ? CUSTOM_PARAMETERS : schemaOf(tool.parameters);
    encoded.set(name, { type: 'function', function: { name, description, parameters } });
  }
  return [...encoded.values()];
}

const schemaOf = (parameters: unknown): unknown => (isObject(parameters) ? parameters : {});

/**
 * The chat form of the choice (13, Q7). A name that only a namespace's child has means that child.
 * Undefined: the choice names something a chat upstream does not have.
 */
export function encodeChatToolChoice(choice: ToolChoice, tools: readonly Tool[]): unknown {
  if (choice.type === 'mode') return choice.mode;
  if (choice.type === 'verbatim') return choice.family === 'chat' ? choice.value : undefined;
  const named = tools.filter((tool) => tool.type !== 'builtin' && tool.name === choice.name);
  const owner = named.find((tool) => namespaceOf(tool) === choice.namespace) ?? named[0];
  const namespace = choice.namespace ?? (owner === undefined ? undefined : namespaceOf(owner));
  return { type: 'function', function: { name: qualifiedName(choice.name, namespace) } };
}

function namespaceOf(tool: Tool): string | undefined {
  return tool.type === 'builtin' ? undefined : tool.namespace;
}

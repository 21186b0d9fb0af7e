/**
 * Responses tools → canonical (translate-openai-claude.md 8.4, 9.2): from `tools` and from
 * `additional_tools` items; the children of a namespace stand alone and remember it.
 */
import type { Tool, ToolChoice } from '../../canonical/request.ts';
import {
  arrayOf,
  isObject,
  isPresent,
  stringOf,
  textOf,
  type JsonObject,
} from '../../canonical/value.ts';
import { cacheControlOf } from '../claude/cache-control.ts';

/** The declared tools of a body, those of the top level first. */
export function decodeResponsesTools(body: JsonObject): Tool[] {
  const late = arrayOf(body.input).filter(
    (item): item is JsonObject => isObject(item) && item.type === 'additional_tools',
  );
  const lists = [body.tools, ...late.map((item) => item.tools)];
  return lists.flatMap((list) => arrayOf(list).flatMap((tool) => decodeTool(tool, undefined)));
}

function decodeTool(value: unknown, namespace: string | undefined): Tool[] {
  if (!isObject(value)) return [];
  const { type } = value;
  if (type === 'function' || type === undefined || type === '')
    return [functionTool(value, namespace)];
  if (type === 'custom') {
    return [{ type, name: textOf(value.name), namespace, definition: value }];
  }
  if (type === 'namespace') {
    return arrayOf(value.tools).flatMap((tool) => decodeTool(tool, textOf(value.name)));
  }
  return [{ type: 'builtin', family: 'responses', kind: textOf(type), definition: value }];
}

/** Clients mix the forms of several families (thinking 5.2). */
function functionTool(tool: JsonObject, namespace: string | undefined): Tool {
  const value = isObject(tool.function) ? { ...tool.function, ...tool } : tool;
  const { description, strict } = value;
  return {
    type: 'function',
    name: textOf(value.name),
    description: isPresent(description) ? textOf(description) : undefined,
    parameters: value.parameters ?? value.parametersJsonSchema ?? value.input_schema ?? undefined,
    strict: strict ?? undefined,
    namespace,
    cacheControl: cacheControlOf(value),
  };
}

/** Reads `tool_choice`. */
export function decodeResponsesToolChoice(choice: unknown): ToolChoice | undefined {
  if (typeof choice === 'string') return { type: 'mode', mode: choice };
  if (!isObject(choice)) return undefined;
  const { type } = choice;
  if (type !== 'function' && type !== 'custom') {
    return { type: 'verbatim', family: 'responses', value: choice };
  }
  // Some clients send the nested form of chat.
  const named = isObject(choice[type]) ? choice[type] : choice;
  const namespace = stringOf(named.namespace);
  return { type: 'tool', kind: type, name: textOf(named.name), namespace };
}

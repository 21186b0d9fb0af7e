/** Chat `tools` and `tool_choice` → canonical (translate-openai-claude.md 4.3). */
import type { CustomTool, FunctionTool, Tool, ToolChoice } from '../../canonical/request.ts';
import {
  arrayOf,
  isObject,
  isPresent,
  objectOf,
  textOf,
  type JsonObject,
} from '../../canonical/value.ts';

/** Reads `tools`; entries without a type are left out. */
export function decodeTools(tools: unknown): Tool[] {
  const decoded: Tool[] = [];
  for (const tool of arrayOf(tools)) {
    const known = isObject(tool) ? decodeTool(tool) : undefined;
    if (known !== undefined) decoded.push(known);
  }
  return decoded;
}

function decodeTool(tool: JsonObject): Tool | undefined {
  const type = textOf(tool.type);
  if (type === '') return undefined;
  if (type === 'function') return functionTool(tool);
  if (type === 'custom') return customTool(tool);
  return { type: 'builtin', family: 'chat', kind: type, definition: tool };
}

/** The flat form stays as it is; the nested one of the chat API is brought into the flat form. */
function customTool(tool: JsonObject): CustomTool {
  const nested = tool.custom;
  if (!isObject(nested)) return { type: 'custom', name: textOf(tool.name), definition: tool };
  const definition: JsonObject = { type: 'custom', ...nested };
  const format = objectOf(nested.format);
  if (isObject(format.grammar)) definition.format = { type: 'grammar', ...format.grammar };
  return { type: 'custom', name: textOf(nested.name), definition };
}

/** Some clients send the flat Responses form here; it says the same. */
function functionTool(tool: JsonObject): FunctionTool {
  const declared = isObject(tool.function) ? tool.function : tool;
  const decoded: FunctionTool = { type: 'function', name: textOf(declared.name) };
  const { description, strict } = declared;
  const parameters = declared.parameters ?? declared.parametersJsonSchema;
  if (isPresent(description)) decoded.description = textOf(description);
  if (isPresent(parameters)) decoded.parameters = parameters;
  if (isPresent(strict)) decoded.strict = strict;
  const cacheControl = tool.cache_control ?? declared.cache_control;
  if (isObject(cacheControl)) decoded.cacheControl = cacheControl;
  return decoded;
}

/** Reads `tool_choice`. */
export function decodeToolChoice(choice: unknown): ToolChoice | undefined {
  if (typeof choice === 'string') return { type: 'mode', mode: choice };
  if (!isObject(choice)) return undefined;
  const { type } = choice;
  if (type !== 'function' && type !== 'custom') {
    return { type: 'verbatim', family: 'chat', value: choice };
  }
  const named = isObject(choice[type]) ? choice[type] : choice;
  return { type: 'tool', kind: type, name: textOf(named.name) };
}

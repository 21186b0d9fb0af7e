/** Claude `tools` and `tool_choice` → canonical (translate-openai-claude.md 6.1, 6.3). */
import type { Tool, ToolChoice } from '../../canonical/request.ts';
import {
  arrayOf,
  isObject,
  isPresent,
  objectOf,
  stringOf,
  textOf,
  type JsonObject,
} from '../../canonical/value.ts';
import { cacheControlOf } from './cache-control.ts';

/** Reads `tools`. One with a type of its own is defined by Anthropic: it has no schema. */
export function decodeClaudeTools(tools: unknown): Tool[] {
  return arrayOf(tools).filter(isObject).map(decodeTool);
}

function decodeTool(tool: JsonObject): Tool {
  const { type } = tool;
  if (isPresent(type) && type !== 'custom' && type !== 'function') {
    return { type: 'builtin', family: 'claude', kind: textOf(type), definition: tool };
  }
  return {
    type: 'function',
    name: textOf(tool.name),
    description: stringOf(tool.description),
    parameters: isObject(tool.input_schema) ? tool.input_schema : undefined,
    strict: tool.strict ?? undefined,
    cacheControl: cacheControlOf(tool),
  };
}

/** Reads `tool_choice`; an unknown one means that the model decides. */
export function decodeClaudeToolChoice(choice: unknown): ToolChoice | undefined {
  if (!isPresent(choice)) return undefined;
  const type = typeof choice === 'string' ? choice : objectOf(choice).type;
  if (type === 'any') return { type: 'mode', mode: 'required' };
  if (type === 'none') return { type: 'mode', mode: 'none' };
  const name = type === 'tool' ? textOf(objectOf(choice).name) : '';
  return name === '' ? { type: 'mode', mode: 'auto' } : { type: 'tool', kind: 'function', name };
}

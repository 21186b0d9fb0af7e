/** Canonical tools and tool choice → Codex (translate-openai-claude.md 4.3). */
import type { Tool, ToolChoice } from '../../canonical/request.ts';
import type { JsonObject } from '../../canonical/value.ts';
import type { ToolNames } from './tool-names.ts';

/** Tool definitions; built-in and custom ones keep the client's text. */
export function encodeTools(tools: readonly Tool[], names: ToolNames): JsonObject[] {
  return tools.map((tool) => encodeTool(tool, names));
}

function encodeTool(tool: Tool, names: ToolNames): JsonObject {
  switch (tool.type) {
    case 'function':
      return {
        type: 'function',
        name: names.short(tool.name),
        description: tool.description,
        parameters: tool.parameters,
        strict: tool.strict,
      };
    case 'custom':
      return { ...tool.definition, name: names.short(tool.name) };
    case 'builtin':
      return tool.definition;
  }
}

/** The value of `tool_choice`. */
export function encodeToolChoice(choice: ToolChoice, names: ToolNames): unknown {
  switch (choice.type) {
    case 'mode':
      return choice.mode;
    case 'tool': {
      const isCustom = choice.kind === 'custom' || names.isCustomOnly(choice.name);
      return { type: isCustom ? 'custom' : 'function', name: names.short(choice.name) };
    }
    case 'verbatim':
      return choice.value;
  }
}

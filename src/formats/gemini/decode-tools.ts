/** Tools and tool configuration → canonical (thinking 7.1, 9.1). */
import type { Tool, ToolChoice } from '../../canonical/request.ts';
import { objectOf, stringOf, textOf, type JsonObject } from '../../canonical/value.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { either, listOf } from './spellings.ts';

const DECLARATIONS: ReadonlySet<string> = new Set([
  'functionDeclarations',
  'function_declarations',
]);

/** Reads `tools`; what Google runs itself (search, code) is kept as built-in. */
export function decodeTools(tools: unknown): Tool[] {
  return listOf(tools).flatMap((tool) => decodeTool(objectOf(tool)));
}

function decodeTool(tool: JsonObject): Tool[] {
  const functions = listOf(either(tool, 'functionDeclarations', 'function_declarations'));
  const decoded: Tool[] = functions.map((declared) => decodeFunction(objectOf(declared)));
  for (const [kind, value] of Object.entries(tool)) {
    if (DECLARATIONS.has(kind)) continue;
    decoded.push({ type: 'builtin', family: 'gemini', kind, definition: { [kind]: value } });
  }
  return decoded;
}

function decodeFunction(declared: JsonObject): Tool {
  const schema =
    declared.parameters ?? either(declared, 'parametersJsonSchema', 'parameters_json_schema');
  return {
    type: 'function',
    name: textOf(declared.name),
    description: stringOf(declared.description),
    parameters: jsonSchemaOf(schema),
  };
}

/** Reads the tool configuration; undefined: the client has no wish. */
export function decodeToolChoice(config: unknown): ToolChoice | undefined {
  const calling = objectOf(
    either(objectOf(config), 'functionCallingConfig', 'function_calling_config'),
  );
  switch (textOf(calling.mode).toUpperCase()) {
    case 'NONE':
      return { type: 'mode', mode: 'none' };
    case 'AUTO':
    case 'VALIDATED':
      return { type: 'mode', mode: 'auto' };
    case 'ANY':
      return forcedChoice(either(calling, 'allowedFunctionNames', 'allowed_function_names'));
    default:
      return undefined;
  }
}

/** Other formats can name one tool, not several. */
function forcedChoice(allowed: unknown): ToolChoice {
  const [name, ...others] = listOf(allowed).map(textOf);
  if (name === undefined || name === '' || others.length > 0) {
    return { type: 'mode', mode: 'required' };
  }
  return { type: 'tool', kind: 'function', name };
}

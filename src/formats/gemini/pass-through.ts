/**
 * The pair Gemini client → Gemini upstream: bytes through (translate-gemini-thinking.md 3). Only the
 * members that have to differ are written anew: the model, limits and thinking, the spelling of
 * schemas, and turns that Google would refuse.
 */
import { isDeepStrictEqual } from 'node:util';
import { isObject, objectOf, without, type JsonObject } from '../../canonical/value.ts';
import { closingBrace } from '../../json/closing-brace.ts';
import { applyEdits, ObjectEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { memberOf, parseValue, scanObject } from '../../json/scan.ts';
import { applyToGemini, type GeminiThinkingConfig } from '../../thinking/gemini.ts';
import { parseBody } from '../body.ts';
import type { FormatPair, RequestContext } from '../format.ts';
import { mayNeedCanvas, withCanvas } from './canvas.ts';
import { capOutput, SAFETY_SETTINGS } from './encode-config.ts';
import { forwardGemini } from './forward.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { ownContents } from './own-contents.ts';
import { levelWord, thinkingOf } from './thinking-config.ts';

/** Streams when the client does. */
export const geminiToGemini: FormatPair = {
  alwaysStreams: false,
  encodeRequest(body, context) {
    const members = scanObject(body);
    const edits = new ObjectEdits(body, members, closingBrace(body));
    edits.set('model', JSON.stringify(context.model));
    for (const name of ['session_id', 'sessionId']) edits.remove(name);
    const has = (...names: string[]): boolean => names.some((name) => memberOf(members, name));
    if (!has('safetySettings', 'safety_settings')) {
      edits.set('safetySettings', JSON.stringify(SAFETY_SETTINGS));
    }
    editMember(body, members, edits, 'contents', (value) =>
      Array.isArray(value) ? ownContents(value) : value,
    );
    editMember(body, members, edits, 'tools', (value) =>
      Array.isArray(value) ? ownTools(value) : value,
    );
    editConfig(body, members, edits, context);
    const edited = applyEdits(body, edits.edits());
    if (!mayNeedCanvas(context.model)) return edited;
    return Buffer.from(JSON.stringify(withCanvas(parseBody(edited))));
  },
  response: forwardGemini,
};

type Change = (value: unknown) => unknown;

function editMember(
  body: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
  name: string,
  change: Change,
): void {
  const member = memberOf(members, name);
  if (member === undefined) return;
  const value = parseValue(body, member);
  const changed = change(value);
  if (changed !== value) edits.set(name, JSON.stringify(changed));
}

/** The same list when nothing has to change. */
function ownTools(tools: readonly unknown[]): readonly unknown[] {
  const own = tools.map(ownTool);
  return own.every((tool, index) => tool === tools[index]) ? tools : own;
}

/** Declarations under the names that take every JSON schema (3). */
function ownTool(tool: unknown): unknown {
  if (!isObject(tool)) return tool;
  const declared = tool.functionDeclarations ?? tool.function_declarations;
  if (!Array.isArray(declared)) return tool;
  return {
    ...without(tool, 'functionDeclarations'),
    function_declarations: declared.map(ownDeclaration),
  };
}

function ownDeclaration(declaration: unknown): unknown {
  if (!isObject(declaration) || declaration.parameters === undefined) return declaration;
  const rest = without(declaration, 'parameters');
  const parametersJsonSchema = rest.parametersJsonSchema ?? jsonSchemaOf(declaration.parameters);
  return { ...rest, parametersJsonSchema };
}

function editConfig(
  body: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
  context: RequestContext,
): void {
  const name = memberOf(members, 'generation_config') ? 'generation_config' : 'generationConfig';
  const member = memberOf(members, name);
  const given = member === undefined ? undefined : parseValue(body, member);
  const config = isObject(given) ? given : {};
  const changed = ownConfig(config, context);
  if (!isDeepStrictEqual(changed, config)) edits.set(name, JSON.stringify(changed));
}

function ownConfig(given: JsonObject, context: RequestContext): JsonObject {
  let config = { ...given };
  if (config.responseSchema !== undefined) {
    const { responseSchema, responseJsonSchema = jsonSchemaOf(responseSchema) } = config;
    config = { ...without(config, 'responseSchema'), responseJsonSchema };
  }
  capOutput(config, context.model);
  return withThinking(config, context);
}

/** A model that is not known gets the client's own words, unless a suffix says something else. */
function withThinking(config: JsonObject, context: RequestContext): JsonObject {
  const { capability, thinking: suffix } = context;
  if (suffix === undefined && capability === undefined) return config;
  const wish = thinkingOf(config);
  const { config: thinking } = applyToGemini({ ...wish, from: 'gemini', suffix, capability });
  if (isSaid(config, thinking)) return config;
  const rest = without(config, 'thinkingConfig', 'thinking_config');
  return thinking === undefined ? rest : { ...rest, thinkingConfig: thinking };
}

/** Does the body say just this already, whatever the case of its level? */
function isSaid(config: JsonObject, thinking: GeminiThinkingConfig | undefined): boolean {
  if (config.thinking_config !== undefined) return false;
  const own = objectOf(config.thinkingConfig);
  const level = levelWord(own.thinkingLevel);
  const lowered = level === undefined ? own : { ...own, thinkingLevel: level };
  return isDeepStrictEqual(lowered, thinking ?? {});
}

/**
 * The body of one attempt: the translation, then the operator's payload rules, then what is fixed
 * whatever the rules say (codex.md 1.6). Without a rule for the request it is the translation's bytes.
 */
import { arrayOf, isPresent, type JsonObject } from '../../canonical/value.ts';
import { parseBody } from '../body.ts';
import { applyImageTool } from '../codex/image-tool.ts';
import type { FormatPair, RequestContext, UpstreamFormat } from '../format.ts';
import { applyPayload } from './apply.ts';

/** @throws SwitchyardError for bodies that can not be translated. */
export function encodeBody(
  pair: FormatPair,
  upstream: UpstreamFormat,
  body: Uint8Array,
  context: RequestContext,
): Uint8Array {
  const encoded = pair.encodeRequest(body, context);
  const { payload } = context;
  if (payload === undefined) return encoded;
  const translated = parseBody(encoded);
  const changed = parseBody(encoded);
  const needsBaseline = payload.some(({ kind }) => kind === 'default');
  const baseline = needsBaseline ? baselineOf(pair, body, context, translated) : translated;
  applyPayload(changed, payload, baseline);
  for (const name of fixedMembers(upstream, context)) restore(changed, translated, name);
  if (upstream === 'codex') applyCodexRules(changed, context);
  return Buffer.from(JSON.stringify(changed));
}

/** What the client itself asked for: without the amount of thinking that its model name carried. */
function baselineOf(
  pair: FormatPair,
  body: Uint8Array,
  context: RequestContext,
  translated: JsonObject,
): JsonObject {
  if (context.thinking === undefined) return translated;
  const asked = { ...context, thinking: undefined, capability: undefined };
  return parseBody(pair.encodeRequest(body, asked));
}

/** How the answer is read depends on these, and which prompt cache is used. */
const FIXED = ['model', 'stream'];
const FIXED_FOR_CODEX = [
  ...['previous_response_id', 'generate', 'prompt_cache_retention'],
  ...['safety_identifier', 'stream_options'],
];

function fixedMembers(upstream: UpstreamFormat, context: RequestContext): string[] {
  const key = context.cacheKey === undefined ? [] : ['prompt_cache_key'];
  return [...FIXED, ...key, ...(upstream === 'codex' ? FIXED_FOR_CODEX : [])];
}

function restore(body: JsonObject, from: JsonObject, name: string): void {
  if (name in from) body[name] = from[name];
  else Reflect.deleteProperty(body, name);
}

/** What is decided by the final body (translate-openai-claude.md 10.1, steps 5, 6 and 8). */
function applyCodexRules(body: JsonObject, context: RequestContext): void {
  if (!isPresent(body.instructions)) body.instructions = '';
  if (context.imageTool === 'add' && !context.lite) applyImageTool(body, 'add');
  if (context.lite) body.parallel_tool_calls = false;
  else if (arrayOf(body.tools).length === 0) body.parallel_tool_calls = undefined;
}

/**
 * The body of one attempt: the translation, then the operator's payload rules, then what is fixed
 * whatever the rules say (codex.md 1.6). Without a rule for the request it is the translation's bytes.
 */
import type { JsonObject } from '../../canonical/value.ts';
import { parseBody } from '../body.ts';
import type { FormatPair, RequestContext, UpstreamFormat } from '../format.ts';
import { applyPayload } from './apply.ts';
import { finishBody } from './finish.ts';

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
  finishBody(changed, upstream, context);
  return Buffer.from(JSON.stringify(changed));
}

/** A suffix that says nothing: the body's own amount stays, unchecked. */
const NO_AMOUNT = '';

/** The translation of what the client itself said, without what its model name said. */
function baselineOf(
  pair: FormatPair,
  body: Uint8Array,
  context: RequestContext,
  translated: JsonObject,
): JsonObject {
  if (pair.ownBaseline === true) return parseBody(body);
  if (context.thinking === undefined) return translated;
  return parseBody(pair.encodeRequest(body, { ...context, thinking: NO_AMOUNT }));
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

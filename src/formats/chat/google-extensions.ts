/**
 * What chat clients write for Google's models alone (translate-gemini-thinking.md 4.1 to 4.3): fields
 * beside the chat ones, Google's own tools among the functions, signatures on calls.
 */
import { arrayOf, isObject, isPresent, objectOf, stringOf } from '../../canonical/value.ts';
import type { JsonObject } from '../../canonical/value.ts';

const FIELDS = ['generationConfig', 'modalities', 'image_config', 'top_k', 'web_search_options'];
const TOOLS = ['google_search', 'code_execution', 'url_context'];

/** Fields and tools by wire name; undefined: there are none, as in almost every request. */
export function googleExtensions(body: JsonObject): JsonObject | undefined {
  const found: JsonObject = {};
  for (const name of FIELDS) if (isPresent(body[name])) found[name] = body[name];
  for (const tool of arrayOf(body.tools)) {
    if (!isObject(tool)) continue;
    for (const name of TOOLS) if (isPresent(tool[name])) found[name] ??= tool[name];
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

/** The signature that a chat client replays on a call, wherever it writes it. */
export function callSignature(call: JsonObject): string | undefined {
  const extraOf = (holder: JsonObject): string | undefined =>
    stringOf(objectOf(objectOf(holder.extra_content).google).thought_signature);
  return (
    extraOf(call) ??
    extraOf(objectOf(call.function)) ??
    stringOf(call.thoughtSignature) ??
    stringOf(call.thought_signature)
  );
}

/** Members of a call that carry its signature back to the client. */
export const signedCall = (signature: string | undefined): JsonObject =>
  signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };

/** Function calls and their results → canonical parts (thinking 7.1, 9.1). */
import type { Part, ToolCallPart, ToolResultPart } from '../../canonical/parts.ts';
import {
  isObject,
  isPresent,
  objectOf,
  stringOf,
  textOf,
  type JsonObject,
} from '../../canonical/value.ts';
import type { CallIds, PartPlace } from './call-ids.ts';
import { decodePart, signatureOf } from './decode-parts.ts';
import { either, listOf } from './spellings.ts';

/** `part`: the part around the call, which may carry a thought signature. */
export function decodeCall(
  part: JsonObject,
  call: JsonObject,
  ids: CallIds,
  place: PartPlace,
): ToolCallPart {
  const name = textOf(call.name);
  const args = isPresent(call.args) ? JSON.stringify(call.args) : '{}';
  const signature = signatureOf(part) ?? signatureOf(call);
  const id = ids.ofCall(sentId(call), name, args, place);
  return { type: 'tool_call', kind: 'function', id, name, arguments: args, signature };
}

/** Undefined: the call has its result already. */
export function decodeResult(
  result: JsonObject,
  ids: CallIds,
  place: PartPlace,
): ToolResultPart | undefined {
  const name = textOf(result.name);
  const { response } = result;
  const callId = ids.ofResult(sentId(result), name, JSON.stringify(response) ?? '', place);
  if (callId === undefined) return undefined;
  const text = resultText(response, name);
  const media = mediaOf(result);
  const content = media.length === 0 ? text : [{ type: 'text' as const, text }, ...media];
  return { type: 'tool_result', kind: 'function', callId, name, content, wire: response };
}

const sentId = (value: JsonObject): string =>
  stringOf(value.id) ?? stringOf(value.call_id) ?? stringOf(value.callId) ?? '';

/** Members that say nothing but which tool it was. */
const LABELS = new Set(['name']);

/**
 * A result that is one text, as SDKs wrap it: `{result}`, `{content}`; else its JSON text. The
 * reference looks at `content` for chat only, and throws away what stands beside either.
 */
function resultText(response: unknown, name: string): string {
  const object = objectOf(response);
  const keys = Object.keys(object).filter((key) => !LABELS.has(key) || object[key] !== name);
  const [only] = keys.length === 1 ? keys : [];
  const text = only === 'result' || only === 'content' ? object[only] : undefined;
  if (typeof text === 'string') return text;
  return JSON.stringify(response) ?? '';
}

/** Pictures and files that a tool gave back beside its result. */
function mediaOf(result: JsonObject): Part[] {
  const decoded = listOf(result.parts).map((part) => decodePart(objectOf(part)));
  return decoded.filter((part) => part !== undefined && part.type !== 'verbatim') as Part[];
}

/** The call inside a part, in either spelling. */
export function callOf(part: JsonObject): JsonObject | undefined {
  const call = either(part, 'functionCall', 'function_call');
  return isObject(call) ? call : undefined;
}

/** The result inside a part, in either spelling. */
export function resultOf(part: JsonObject): JsonObject | undefined {
  const result = either(part, 'functionResponse', 'function_response');
  return isObject(result) ? result : undefined;
}

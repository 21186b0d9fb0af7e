/**
 * When two items of a conversation are the same one. An upstream's output comes back as input in the
 * client's own words: other key order, members left out, reasoning dropped. What the model wrote is
 * therefore compared by its content; everything else byte for byte.
 */
import { isObject, stringOf, type JsonObject } from '../../canonical/value.ts';
import { parseRange, skipValue } from '../../json/scan.ts';
import { isToken, token, walkObject } from '../../json/walk.ts';

const OPEN_BRACE = 0x7b;
const TYPE = token('type');
const ROLE = token('role');
const ASSISTANT = token('assistant');

/** Types whose items are compared by content or left out; all others byte for byte. */
const MODEL_TYPES = [
  'reasoning',
  'function_call',
  'custom_tool_call',
  'web_search_call',
  'image_generation_call',
].map(token);

/**
 * What stands for an item that the model made; undefined: clients may leave it out when they send the
 * conversation back, so it is not compared at all.
 */
export function outputIdentity(item: JsonObject): string | undefined {
  const { type } = item;
  if (type === 'function_call') return callIdentity(item, normalised(item.arguments));
  if (type === 'custom_tool_call') return callIdentity(item, item.input);
  if (type === 'message' || (type === undefined && item.role === 'assistant')) {
    const text = messageText(item.content);
    return text === '' ? undefined : `message\0${text}`;
  }
  if (typeof type !== 'string' || LEFT_OUT.has(type)) return undefined;
  return JSON.stringify(item);
}

/** Clients of other dialects have no place for these. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'reasoning',
  'web_search_call',
  'image_generation_call',
]);

function callIdentity({ type, call_id: id, name }: JsonObject, input: unknown): string {
  return [type, id, name, input].map(String).join('\0');
}

/** Claude clients read the arguments and write them anew, with other white space. */
function normalised(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    // What the model wrote need not be JSON; then it has to be the same text.
    return text;
  }
}

/** All text of a message's `content`. */
export function messageText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map(partText).join('');
}

function partText(part: unknown): string {
  if (!isObject(part)) return '';
  return stringOf(part.text) ?? stringOf(part.refusal) ?? '';
}

/**
 * What stands for the item in `bytes[start..end)`: a text, its own bytes, or undefined as in
 * {@link outputIdentity}. @throws SwitchyardError `invalid_json`.
 */
export function inputIdentity(
  bytes: Uint8Array,
  start: number,
  end: number,
): string | Uint8Array | undefined {
  if (bytes[start] !== OPEN_BRACE || !isFromModel(bytes, start, end)) {
    return bytes.subarray(start, end);
  }
  const item = parseRange(bytes, start, end);
  return isObject(item) ? outputIdentity(item) : bytes.subarray(start, end);
}

function isFromModel(bytes: Uint8Array, start: number, end: number): boolean {
  let fromModel = false;
  walkObject(bytes, start, end, (keyStart, keyEnd, valueStart) => {
    const valueEnd = skipValue(bytes, valueStart, end);
    if (isToken(bytes, keyStart, keyEnd, ROLE)) {
      fromModel ||= isToken(bytes, valueStart, valueEnd, ASSISTANT);
    } else if (isToken(bytes, keyStart, keyEnd, TYPE)) {
      fromModel ||= MODEL_TYPES.some((type) => isToken(bytes, valueStart, valueEnd, type));
    }
    return valueEnd;
  });
  return fromModel;
}

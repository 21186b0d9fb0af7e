/** Items of a conversation as its transcript keeps them: their own JSON text, and what merging asks. */
import { forEachElement, parseRange, readString, skipValue, textOf } from '../../json/scan.ts';
import { isToken, token, walkObject } from '../../json/walk.ts';
import { objectOf, type JsonObject } from '../../canonical/value.ts';

/** What is looked at in an item. Absent texts are `''`. */
interface ItemFacts {
  type: string;
  role: string;
  id: string;
  callId: string;
  /** A tool call that has its name and its arguments: only such a call can be answered later. */
  complete: boolean;
}

/** One item. */
export interface StoredItem extends Readonly<ItemFacts> {
  /** JSON text, byte for byte as it came: the upstream's cache depends on it. */
  readonly raw: string;
  /** Bytes of the text. */
  readonly bytes: number;
}

const OPEN_BRACE = 0x7b;
const QUOTE = 0x22;

/** The members read, by their JSON text; one that a client spells with escapes is not found. */
const TEXTS = [
  [token('type'), 'type'],
  [token('role'), 'role'],
  [token('id'), 'id'],
  [token('call_id'), 'callId'],
] as const;
const NAME = token('name');
/** Where a `function_call` and a `custom_tool_call` have what the model wrote. */
const WRITTEN = [token('arguments'), token('input')];

/** Items of the array in the range. @throws SwitchyardError `invalid_json`. */
export function itemsIn(bytes: Uint8Array, start: number, end: number): StoredItem[] {
  const items: StoredItem[] = [];
  forEachElement(bytes, start, end, (from, to) => {
    items.push(itemAt(bytes, from, to));
    return undefined;
  });
  return items;
}

/** An item of an answer. */
export function itemOf(json: JsonObject): StoredItem {
  const bytes = Buffer.from(JSON.stringify(json), 'utf8');
  return itemAt(bytes, 0, bytes.length);
}

/** The item itself. @throws SwitchyardError `invalid_json`. */
export function parsedItem({ raw }: StoredItem): JsonObject {
  const bytes = Buffer.from(raw, 'utf8');
  return objectOf(parseRange(bytes, 0, bytes.length));
}

/** A call of a tool, which an output answers. */
export const isCall = ({ type }: ItemFacts): boolean =>
  type === 'function_call' || type === 'custom_tool_call';

/** The output of a tool call. */
export const isCallOutput = ({ type }: ItemFacts): boolean =>
  type === 'function_call_output' || type === 'custom_tool_call_output';

function itemAt(bytes: Uint8Array, start: number, end: number): StoredItem {
  const raw = textOf(bytes, start, end);
  return { raw, bytes: end - start, ...factsAt(bytes, start, end) };
}

function factsAt(bytes: Uint8Array, start: number, end: number): ItemFacts {
  const facts: ItemFacts = { type: '', role: '', id: '', callId: '', complete: false };
  if (bytes[start] !== OPEN_BRACE) return facts;
  let named = false;
  let written = false;
  walkObject(bytes, start, end, (keyStart, keyEnd, valueStart) => {
    const valueEnd = skipValue(bytes, valueStart, end);
    if (bytes[valueStart] !== QUOTE) return valueEnd;
    const is = (key: Uint8Array): boolean => isToken(bytes, keyStart, keyEnd, key);
    const text = TEXTS.find(([key]) => is(key));
    if (text !== undefined) {
      facts[text[1]] = readString(bytes, valueStart, valueEnd)?.trim() ?? '';
    } else if (is(NAME)) named = true;
    else if (WRITTEN.some(is)) written = true;
    return valueEnd;
  });
  facts.complete = named && written && isCall(facts);
  return facts;
}

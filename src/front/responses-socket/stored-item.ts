/** Items of a conversation as its transcript keeps them: their own JSON text, and what merging asks. */
import { parseRange, readString, skipValue, textOf } from '../../json/scan.ts';
import { isToken, token, walkArray, walkObject } from '../../json/walk.ts';
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

const NO_FACTS: Readonly<ItemFacts> = {
  type: '',
  role: '',
  id: '',
  callId: '',
  complete: false,
};

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
  const scan = new ItemScan(bytes, end);
  walkArray(bytes, start, end, (from) => {
    const item = scan.item(from);
    items.push(item);
    return from + item.bytes;
  });
  return items;
}

/** An item of an answer. */
export function itemOf(json: JsonObject): StoredItem {
  const bytes = Buffer.from(JSON.stringify(json), 'utf8');
  return new ItemScan(bytes, bytes.length).item(0);
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

/** Reads items in one pass each; one scan for many spares a closure for each of them. */
class ItemScan {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #facts: ItemFacts = NO_FACTS;
  #named = false;
  #written = false;

  constructor(bytes: Uint8Array, end: number) {
    this.#bytes = bytes;
    this.#end = end;
  }

  /** The item that begins at `start`. @throws SwitchyardError `invalid_json`. */
  item(start: number): StoredItem {
    const bytes = this.#bytes;
    const facts = { ...NO_FACTS };
    this.#facts = facts;
    this.#named = this.#written = false;
    const end =
      bytes[start] === OPEN_BRACE
        ? walkObject(bytes, start, this.#end, this.#member)
        : skipValue(bytes, start, this.#end);
    facts.complete = this.#named && this.#written && isCall(facts);
    return { raw: textOf(bytes, start, end), bytes: end - start, ...facts };
  }

  readonly #member = (keyStart: number, keyEnd: number, valueStart: number): number => {
    const bytes = this.#bytes;
    const valueEnd = skipValue(bytes, valueStart, this.#end);
    if (bytes[valueStart] !== QUOTE) return valueEnd;
    for (const [key, fact] of TEXTS) {
      if (!isToken(bytes, keyStart, keyEnd, key)) continue;
      this.#facts[fact] = readString(bytes, valueStart, valueEnd)?.trim() ?? '';
      return valueEnd;
    }
    if (isToken(bytes, keyStart, keyEnd, NAME)) this.#named = true;
    for (const key of WRITTEN) this.#written ||= isToken(bytes, keyStart, keyEnd, key);
    return valueEnd;
  };
}

/** Items of a conversation as its transcript keeps them: their own JSON text, and what merging asks. */
import { forEachElement, memberOf, readString, scanObject, textOf } from '../../json/scan.ts';
import type { JsonObject } from '../../canonical/value.ts';

/** One item. Absent texts are `''`. */
export interface StoredItem {
  /** JSON text, byte for byte as it came: the upstream's cache depends on it. */
  readonly raw: string;
  readonly type: string;
  readonly role: string;
  readonly id: string;
  readonly callId: string;
}

const OPEN_BRACE = 0x7b;

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

function itemAt(bytes: Uint8Array, start: number, end: number): StoredItem {
  const raw = textOf(bytes, start, end);
  if (bytes[start] !== OPEN_BRACE) return { raw, type: '', role: '', id: '', callId: '' };
  const members = scanObject(bytes, start, end);
  const text = (key: string): string => {
    const member = memberOf(members, key);
    return (member && readString(bytes, member.valueStart, member.valueEnd)?.trim()) ?? '';
  };
  return { raw, type: text('type'), role: text('role'), id: text('id'), callId: text('call_id') };
}

/** A call of a tool, which an output answers. */
export const isCall = ({ type }: StoredItem): boolean =>
  type === 'function_call' || type === 'custom_tool_call';

/** The output of a tool call. */
export const isCallOutput = ({ type }: StoredItem): boolean =>
  type === 'function_call_output' || type === 'custom_tool_call_output';

/**
 * Cache marks in the bytes of a Claude client's request (providers.md 7.4, 7 to 9). Marks of the
 * client stay as they are, unless Anthropic would refuse the request for them.
 */
import { isObject, type JsonObject } from '../../canonical/value.ts';
import type { ObjectEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { bufferOf, memberOf, parseRange, parseValue } from '../../json/scan.ts';
import {
  marksIn,
  MAX_CACHE_MARKERS,
  orderCacheMarkers,
  takesMarker,
  toolTakesMarker,
} from './cache-markers.ts';
import { elementsOf, rangesOf, rewritten, type Element } from './elements.ts';

const MARK = '"cache_control"';
const HOUR = '"1h"';

/** Adds the edits that the marks of a body need; most bodies need none. */
export function editMarks(body: Uint8Array, members: readonly Member[], edits: ObjectEdits): void {
  const bytes = bufferOf(body);
  const marks = occurrences(bytes, MARK);
  if (marks === 0) {
    addMarks(body, members, edits);
    return;
  }
  const hours = occurrences(bytes, HOUR);
  const isMixed = hours > 0 && hours < marks;
  if (marks > MAX_CACHE_MARKERS || isMixed) orderMarks(body, members, edits);
}

function occurrences(bytes: Buffer, text: string): number {
  let count = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + text.length)) {
    count += 1;
  }
  return count;
}

/** Only the system text and one element of each list are parsed and written again. */
function addMarks(body: Uint8Array, members: readonly Member[], edits: ObjectEdits): void {
  const system = memberOf(members, 'system');
  const tool = lastElement(body, members, 'tools', toolTakesMarker);
  const message = lastElement(body, members, 'messages', takesMarker);
  const small: JsonObject = {
    system: system && parseValue(body, system),
    tools: tool === undefined ? [] : [tool.value],
    messages: message === undefined ? [] : [message.value],
  };
  orderCacheMarkers(small);
  const systemText = JSON.stringify(small.system) ?? '';
  if (systemText.includes(MARK)) edits.set('system', systemText);
  for (const element of [tool, message]) {
    if (element === undefined) continue;
    const edit = rewritten(element, element.value);
    if (edit.text.includes(MARK)) edits.inside(edit);
  }
}

/** The last object of a list that fits. */
function lastElement(
  body: Uint8Array,
  members: readonly Member[],
  name: string,
  fits: (value: JsonObject) => boolean,
): Element | undefined {
  for (const { start, end } of rangesOf(body, members, name).reverse()) {
    const value = parseRange(body, start, end);
    if (isObject(value) && fits(value)) return { start, end, value };
  }
  return undefined;
}

/** Everything is parsed, and what lost a mark or its hour is written again. */
function orderMarks(body: Uint8Array, members: readonly Member[], edits: ObjectEdits): void {
  const lists = ['tools', 'system', 'messages'].map(
    (name) => [name, elementsOf(body, members, name)] as const,
  );
  const elements = lists.flatMap(([, list]) => list);
  const before = elements.map(({ value }) => marksIn(value));
  const own = memberOf(members, 'cache_control');
  orderCacheMarkers({
    ...Object.fromEntries(lists.map(([name, list]) => [name, list.map(({ value }) => value)])),
    cache_control: own && parseValue(body, own),
  });
  for (const [index, element] of elements.entries()) {
    const after = marksIn(element.value);
    const isSame = after.every((mark, place) => mark === before[index]?.[place]);
    if (!isSame || after.length !== before[index]?.length) {
      edits.inside(rewritten(element, element.value));
    }
  }
}

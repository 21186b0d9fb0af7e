/** The elements of a list inside a body, parsed, with their places: for edits that spare the rest. */
import type { Edit } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { forEachElement, memberOf, parseRange } from '../../json/scan.ts';

/** One element. */
export interface Element {
  start: number;
  end: number;
  value: unknown;
}

const OPEN_BRACKET = 0x5b;

/** Where the elements of a member stand, in order; none for what is no list. */
export function rangesOf(
  body: Uint8Array,
  members: readonly Member[],
  name: string,
): { start: number; end: number }[] {
  const member = memberOf(members, name);
  if (member === undefined || body[member.valueStart] !== OPEN_BRACKET) return [];
  const ranges: { start: number; end: number }[] = [];
  forEachElement(body, member.valueStart, member.valueEnd, (start, end) => {
    ranges.push({ start, end });
    return true;
  });
  return ranges;
}

/** The elements of a member. */
export const elementsOf = (body: Uint8Array, members: readonly Member[], name: string): Element[] =>
  rangesOf(body, members, name).map(({ start, end }) => ({
    start,
    end,
    value: parseRange(body, start, end),
  }));

/** The element written anew. */
export const rewritten = ({ start, end }: Element, value: unknown): Edit => ({
  start,
  end,
  text: JSON.stringify(value),
});

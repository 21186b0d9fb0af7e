/**
 * Changes inside `input` that the Codex upstream needs (translate-openai-claude.md 5.1 steps 6 and
 * 8; codex.md 1.9, 1.10). Items that need none are not even read.
 */
import type { Edit } from '../../json/edits.ts';
import { ObjectEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { forEachElement, memberOf, readString, scanObject } from '../../json/scan.ts';
import { isOpenAiEncrypted } from './encrypted.ts';
import { planItemIds, type ItemFacts } from './item-ids.ts';
import { Occurrences, holds, token } from './occurrences.ts';

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const BREAKPOINT = 'prompt_cache_breakpoint';
const BREAKPOINT_TOKEN = token(BREAKPOINT);

/** What makes an item worth reading. */
const SIGNS = [token('id'), token('reasoning'), token('system'), BREAKPOINT_TOKEN];

interface Range {
  start: number;
  end: number;
}

interface Item extends ItemFacts {
  place: number;
  edits: ObjectEdits;
}

/** Edits for the array in `bytes[start..end)`. @throws SwitchyardError `invalid_json`. */
export function inputEdits(bytes: Uint8Array, start: number, end: number): Edit[] {
  const signs = SIGNS.filter((sign) => holds(bytes, sign, start, end));
  if (signs.length === 0) return [];
  const occurrences = signs.map((sign) => new Occurrences(bytes, sign, start));
  const ranges: Range[] = [];
  const items: Item[] = [];
  forEachElement(bytes, start, end, (from, to, place) => {
    ranges.push({ start: from, end: to });
    if (bytes[from] !== OPEN_BRACE) return undefined;
    if (!occurrences.some((occurrence) => occurrence.within(from, to))) return undefined;
    items.push(readItem(bytes, from, to, place));
    return undefined;
  });
  return applyIds(items, ranges);
}

function readItem(bytes: Uint8Array, start: number, end: number, place: number): Item {
  const members = scanObject(bytes, start, end);
  const edits = new ObjectEdits(bytes, members, end - 1);
  const text = (key: string): string | undefined => stringMember(bytes, members, key);
  if (text('role') === 'system') edits.set('role', '"developer"');
  if (holds(bytes, BREAKPOINT_TOKEN, start, end)) removeBreakpoints(bytes, members, edits);
  const type = text('type');
  const encrypted = memberOf(members, 'encrypted_content');
  if (type !== 'reasoning') {
    return { place, edits, type, id: text('id'), encrypted: encrypted !== undefined };
  }
  const isValid = isOpenAiEncrypted(text('encrypted_content'));
  if (encrypted !== undefined && !isValid) edits.remove('encrypted_content');
  // Nothing is stored upstream (`store` is false), so an id without content would not be found.
  if (!isValid) edits.remove('id');
  return { place, edits, type, id: isValid ? text('id') : undefined, encrypted: isValid };
}

function removeBreakpoints(
  bytes: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
): void {
  const content = memberOf(members, 'content');
  if (content === undefined || bytes[content.valueStart] !== OPEN_BRACKET) return;
  forEachElement(bytes, content.valueStart, content.valueEnd, (start, end) => {
    if (bytes[start] !== OPEN_BRACE) return undefined;
    const part = new ObjectEdits(bytes, scanObject(bytes, start, end), end - 1);
    part.remove(BREAKPOINT);
    for (const edit of part.edits()) edits.inside(edit);
    return undefined;
  });
}

function applyIds(items: readonly Item[], ranges: readonly Range[]): Edit[] {
  const plans = planItemIds(items);
  const edits: Edit[] = [];
  const dropped = new Set<number>();
  for (const [index, item] of items.entries()) {
    const plan = plans[index];
    if (plan === 'drop') {
      dropped.add(item.place);
      continue;
    }
    if (typeof plan === 'object') item.edits.set('id', JSON.stringify(plan.id));
    edits.push(...item.edits.edits());
  }
  return dropped.size === 0 ? edits : [...edits, ...removals(ranges, dropped)];
}

/** Cuts elements out of the array, each with the comma on the side where one is left over. */
function removals(ranges: readonly Range[], dropped: ReadonlySet<number>): Edit[] {
  const lastKept = ranges.findLastIndex((_range, place) => !dropped.has(place));
  return [...dropped].map((place) => {
    const own = ranges[place] ?? { start: 0, end: 0 };
    if (place < lastKept) {
      return { start: own.start, end: ranges[place + 1]?.start ?? own.end, text: '' };
    }
    return { start: ranges[place - 1]?.end ?? own.start, end: own.end, text: '' };
  });
}

function stringMember(
  bytes: Uint8Array,
  members: readonly Member[],
  key: string,
): string | undefined {
  const member = memberOf(members, key);
  return member === undefined ? undefined : readString(bytes, member.valueStart, member.valueEnd);
}

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
import type { FoundItem, InputScan, ValueRange } from './input-scan.ts';

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const BREAKPOINT = 'prompt_cache_breakpoint';

/** What is to be done with an item, and the facts that its id depends on. */
interface Item extends ItemFacts {
  found: FoundItem;
  removesId: boolean;
  removesEncrypted: boolean;
}

/** Edits for the items that were found. @throws SwitchyardError `invalid_json`. */
export function inputEdits(bytes: Uint8Array, scan: InputScan): Edit[] {
  const items = scan.found.map((found) => readItem(bytes, found));
  const plans = planItemIds(items);
  const edits: Edit[] = [];
  const dropped = new Set<number>();
  for (const [index, item] of items.entries()) {
    const plan = plans[index] ?? 'keep';
    if (plan === 'drop') dropped.add(item.found.place);
    else edits.push(...itemEdits(bytes, item, plan === 'keep' ? undefined : plan.id));
  }
  return dropped.size === 0 ? edits : [...edits, ...removals(scan.ranges, dropped)];
}

function readItem(bytes: Uint8Array, found: FoundItem): Item {
  const id = textIn(bytes, found.id);
  if (!found.isReasoning) {
    const type = id === undefined ? undefined : textIn(bytes, found.type);
    return { found, type, id, encrypted: false, removesId: false, removesEncrypted: false };
  }
  const isValid = isOpenAiEncrypted(textIn(bytes, found.encrypted));
  return {
    found,
    type: 'reasoning',
    id: isValid ? id : undefined,
    encrypted: isValid,
    // Nothing is stored upstream (`store` is false), so an id without content would not be found.
    removesId: !isValid && found.id.start > 0,
    removesEncrypted: !isValid && found.encrypted.start > 0,
  };
}

function itemEdits(bytes: Uint8Array, item: Item, id: string | undefined): Edit[] {
  const { found, removesId, removesEncrypted } = item;
  const { isSystem, hasBreakpoint } = found;
  if (!isSystem && !hasBreakpoint && !removesId && !removesEncrypted && id === undefined) return [];
  const members = scanObject(bytes, found.start, found.end);
  const edits = new ObjectEdits(bytes, members, found.end - 1);
  if (isSystem) edits.set('role', '"developer"');
  if (hasBreakpoint) removeBreakpoints(bytes, members, edits);
  if (removesId) edits.remove('id');
  if (removesEncrypted) edits.remove('encrypted_content');
  if (id !== undefined) edits.set('id', JSON.stringify(id));
  return edits.edits();
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

/** Cuts elements out of the array, each with the comma on the side where one is left over. */
function removals(ranges: readonly number[], dropped: ReadonlySet<number>): Edit[] {
  let lastKept = ranges.length / 2 - 1;
  while (dropped.has(lastKept)) lastKept -= 1;
  return [...dropped].map((place) => {
    const start = ranges[2 * place] ?? 0;
    const end = ranges[2 * place + 1] ?? start;
    if (place < lastKept) return { start, end: ranges[2 * place + 2] ?? end, text: '' };
    return { start: ranges[2 * place - 1] ?? start, end, text: '' };
  });
}

/** The string in the range; undefined for any other value and for none. */
const textIn = (bytes: Uint8Array, { start, end }: ValueRange): string | undefined =>
  start === 0 ? undefined : readString(bytes, start, end);

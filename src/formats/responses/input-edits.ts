/**
 * Changes inside `input` that the Codex upstream needs (translate-openai-claude.md 5.1 steps 6 and
 * 8; codex.md 1.9, 1.10). Items that need none are not even read.
 */
import type { Edit } from '../../json/edits.ts';
import { elementCuts, ObjectEdits } from '../../json/edits.ts';
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

/** Which changes a kind of request needs. */
export interface InputRules {
  /** Roles and cache marks are put into the words of Codex. */
  translated: boolean;
  /** The upstream stores the conversation, so it can look ids up (codex.md 1.9). */
  stored: boolean;
}

/** A turn at Codex. */
const TURN: InputRules = { translated: true, stored: false };

/** Edits for the items that were found. @throws SwitchyardError `invalid_json`. */
export function inputEdits(bytes: Uint8Array, scan: InputScan, rules = TURN): Edit[] {
  const items = scan.found.map((found) => readItem(bytes, found, rules));
  const plans = planItemIds(items);
  const edits: Edit[] = [];
  const dropped = new Set<number>();
  for (const [index, item] of items.entries()) {
    const plan = plans[index] ?? 'keep';
    if (plan === 'drop') dropped.add(item.found.place);
    else edits.push(...itemEdits(bytes, item, plan === 'keep' ? undefined : plan.id, rules));
  }
  return dropped.size === 0 ? edits : [...edits, ...elementCuts(scan.ranges, dropped)];
}

function readItem(bytes: Uint8Array, found: FoundItem, { stored }: InputRules): Item {
  const id = textIn(bytes, found.id);
  if (!found.isReasoning) {
    const type = id === undefined ? undefined : textIn(bytes, found.type);
    return { found, type, id, encrypted: false, removesId: false, removesEncrypted: false };
  }
  const isValid = isOpenAiEncrypted(textIn(bytes, found.encrypted));
  return {
    found,
    type: 'reasoning',
    id: isValid || stored ? id : undefined,
    encrypted: isValid,
    // Where nothing is stored upstream, an id without content would not be found.
    removesId: !isValid && !stored && found.id.start > 0,
    removesEncrypted: !isValid && found.encrypted.start > 0,
  };
}

function itemEdits(
  bytes: Uint8Array,
  item: Item,
  id: string | undefined,
  { translated }: InputRules,
): Edit[] {
  const { found, removesId, removesEncrypted } = item;
  const isSystem = translated && found.isSystem;
  const hasBreakpoint = translated && found.hasBreakpoint;
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

/** The string in the range; undefined for any other value and for none. */
const textIn = (bytes: Uint8Array, { start, end }: ValueRange): string | undefined =>
  start === 0 ? undefined : readString(bytes, start, end);

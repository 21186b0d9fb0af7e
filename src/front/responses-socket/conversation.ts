/**
 * What a frame's input means behind a conversation that is kept here: it continues it, or takes its
 * place (codex.md 3.7). Pure.
 */
import { holdsAnswers, isCompaction, isLocalSummary } from './compaction.ts';
import { itemOf, itemsIn, type StoredItem } from './stored-item.ts';
import { memberOf, parseValue } from '../../json/scan.ts';
import { merged, withoutRepeatedIds } from './merge.ts';
import { repaired } from './tool-repair.ts';
import { wrong, type ClientFrame } from './frame.ts';
import { wrongInput } from '../../formats/responses/wrong-input.ts';
import type { ToolCache } from './tool-cache.ts';

/** What has a say besides the items. */
export interface ConversationRules {
  /** Every credential that may serve the turn is a Codex one: it understands compactions. */
  codexOnly: boolean;
  /** Calls and outputs of the client's sockets; undefined: the client names no session. */
  repair: ToolCache | undefined;
}

const OPEN_BRACKET = 0x5b;

/**
 * All items up to the frame's last one. `before`: those up to the last answer; undefined: there is
 * none.
 * @throws SwitchyardError `invalid_request` | `invalid_json`.
 */
export function conversation(
  before: readonly StoredItem[] | undefined,
  frame: ClientFrame,
  { codexOnly, repair }: ConversationRules,
): readonly StoredItem[] {
  const added = before === undefined ? firstItems(frame) : newItems(frame);
  const items = before === undefined ? added : continued(before, frame, added, codexOnly);
  if (repair === undefined) return withoutRepeatedIds(items);
  return withoutRepeatedIds(repaired(items, repair, false));
}

function continued(
  before: readonly StoredItem[],
  frame: ClientFrame,
  added: readonly StoredItem[],
  codexOnly: boolean,
): readonly StoredItem[] {
  const compacted = added.some(isCompaction);
  if (replaces(before, frame, added) || (compacted && codexOnly)) return added;
  // Others can not read what stands for the old items, so they get the old items.
  return merged([...before, ...added.filter((item) => !isCompaction(item))]);
}

/** Does the client send its whole conversation? */
function replaces(
  before: readonly StoredItem[],
  frame: ClientFrame,
  added: readonly StoredItem[],
): boolean {
  if (frame.previousResponseId !== undefined) return false;
  if (holdsAnswers(added)) return true;
  if (frame.kind === 'append' || frame.hasPreviousResponseId) return false;
  return beginsAlike(before, added) || isLocalSummary(added);
}

/**
 * Codex sends its whole input again, behind a warm-up without any answer, when another member of the
 * request changed (clients.md 5.3). The reference appends it, and the model reads everything twice.
 */
function beginsAlike(before: readonly StoredItem[], added: readonly StoredItem[]): boolean {
  const [first] = before;
  return first !== undefined && first.raw === added[0]?.raw;
}

/** A text stands for a message, so that later turns can continue it. */
function firstItems({ data, members }: ClientFrame): readonly StoredItem[] {
  const input = memberOf(members, 'input');
  if (input === undefined) return [];
  if (data[input.valueStart] === OPEN_BRACKET) {
    return itemsIn(data, input.valueStart, input.valueEnd);
  }
  const content = parseValue(data, input);
  if (typeof content !== 'string') throw wrongInput();
  return [itemOf({ type: 'message', role: 'user', content })];
}

function newItems({ data, members }: ClientFrame): readonly StoredItem[] {
  const input = memberOf(members, 'input');
  if (input === undefined || data[input.valueStart] !== OPEN_BRACKET) {
    throw wrong('websocket request requires array field: input');
  }
  return itemsIn(data, input.valueStart, input.valueEnd);
}

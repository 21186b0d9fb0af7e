/**
 * The conversation of a socket whose upstream keeps none: what was said so far, and the whole input
 * of the next turn (codex.md 3.7). Items stay in their own words. Immutable.
 */
import { applyEdits, ObjectEdits } from '../../json/edits.ts';
import { closingBrace } from '../../json/closing-brace.ts';
import { conversation, type ConversationRules } from './conversation.ts';
import { isCompaction } from './compaction.ts';
import { itemOf, type StoredItem } from './stored-item.ts';
import { knownModel } from './native-body.ts';
import { memberOf, textOf } from '../../json/scan.ts';
import { unknownStart, type ClientFrame } from './frame.ts';
import type { JsonObject } from '../../canonical/value.ts';

/**
 * Items of one transcript, and its bytes. Beyond either no transcript is kept: the client is told that
 * the previous answer is not known, and sends its whole conversation itself. The bytes are those that
 * an HTTP body may have by default.
 */
export const MAX_TRANSCRIPT_ITEMS = 20_000;
export const MAX_TRANSCRIPT_BYTES = 64 * 1024 * 1024;

/** Memory of an item besides its text. */
const ITEM_BYTES = 200;

/** What all turns of a conversation share. */
interface Setting {
  readonly model: string;
  /** JSON text. */
  readonly instructions: string | undefined;
}

/** A conversation up to its last answer. */
export interface Transcript extends Setting {
  readonly items: readonly StoredItem[];
  /** Id of the last answer; undefined: it had none. */
  readonly lastId: string | undefined;
  /** About what it takes in memory. */
  readonly bytes: number;
}

/** What a turn is built with. */
export interface FullBodyOptions extends ConversationRules {
  /** Model of the frame before. */
  model: string | undefined;
}

/** A turn that is a whole conversation. */
export interface FullTurn extends Setting {
  readonly body: Uint8Array;
  readonly items: readonly StoredItem[];
}

/** What an upstream without a socket does not know, or must not see. */
const SOCKET_ONLY = ['type', 'previous_response_id', 'generate'];

/**
 * The frame with the whole conversation as its input.
 * @throws SwitchyardError `invalid_request` | `invalid_json` | `missing_model` | `replay_required` for
 * a frame that does not fit the conversation.
 */
export function fullBody(
  transcript: Transcript | undefined,
  frame: ClientFrame,
  options: FullBodyOptions,
): FullTurn {
  if (frame.continues && !holds(transcript, frame)) throw unknownStart(frame);
  const { data, members } = frame;
  const edits = new ObjectEdits(data, members, closingBrace(data));
  for (const key of SOCKET_ONLY) edits.remove(key);
  const model = frame.model ?? knownModel(options.model ?? transcript?.model);
  if (frame.model === undefined) edits.set('model', JSON.stringify(model));
  edits.set('stream', 'true');
  const given = memberOf(members, 'instructions');
  const instructions =
    given === undefined ? transcript?.instructions : textOf(data, given.valueStart, given.valueEnd);
  if (instructions !== undefined) edits.set('instructions', instructions);
  const items = conversation(transcript?.items, frame, options);
  edits.set('input', `[${items.map(({ raw }) => raw).join(',')}]`);
  return { body: applyEdits(data, edits.edits()), model, instructions, items };
}

/** The conversation behind the answer `lastId`; undefined: it is too large to be kept. */
export function extended(
  { model, instructions, items: sent }: Omit<FullTurn, 'body'>,
  output: readonly JsonObject[],
  lastId: string | undefined = undefined,
): Transcript | undefined {
  const answer = output.map(itemOf);
  // A compaction is the answer to its trigger; asked again it would be made again.
  const before = answer.some(isCompaction) ? sent.filter((item) => !isTrigger(item)) : sent;
  const items = [...before, ...answer];
  const bytes = items.reduce(
    (sum, item) => sum + item.bytes + ITEM_BYTES,
    instructions?.length ?? 0,
  );
  if (items.length > MAX_TRANSCRIPT_ITEMS || bytes > MAX_TRANSCRIPT_BYTES) return undefined;
  return { model, instructions, items, lastId, bytes };
}

/** Does the transcript end with the answer that the frame continues? The reference does not look. */
function holds(transcript: Transcript | undefined, { previousResponseId }: ClientFrame): boolean {
  if (transcript === undefined) return false;
  const { lastId } = transcript;
  return previousResponseId === undefined || lastId === undefined || previousResponseId === lastId;
}

const isTrigger = ({ type }: StoredItem): boolean => type === 'compaction_trigger';

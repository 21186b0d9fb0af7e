/**
 * The conversation of a socket whose upstream keeps none: what was said so far, and the whole input
 * of the next turn (codex.md 3.7). Items stay in their own words. Immutable.
 */
import { applyEdits, ObjectEdits } from '../../json/edits.ts';
import { closingBrace } from '../../json/closing-brace.ts';
import { holdsAnswers, isCompaction, isLocalSummary } from './compaction.ts';
import { itemOf, itemsIn, type StoredItem } from './stored-item.ts';
import { knownModel } from './native-body.ts';
import { memberOf, textOf } from '../../json/scan.ts';
import { merged, withoutRepeatedIds } from './merge.ts';
import { repaired } from './tool-repair.ts';
import { wrong, type ClientFrame } from './frame.ts';
import type { JsonObject } from '../../canonical/value.ts';
import type { Member } from '../../json/members.ts';
import type { ToolCache } from './tool-cache.ts';

/**
 * Items of one transcript, and bytes of their texts. Beyond either no transcript is kept: the client is
 * told that the previous answer is not known, and sends its whole conversation itself.
 */
export const MAX_TRANSCRIPT_ITEMS = 20_000;
export const MAX_TRANSCRIPT_BYTES = 64 * 1024 * 1024;

/** A conversation up to its last answer. */
export interface Transcript {
  readonly model: string;
  /** JSON text. */
  readonly instructions: string | undefined;
  readonly items: readonly StoredItem[];
  /** Characters of all texts. */
  readonly bytes: number;
}

/** What a turn is built with. */
export interface FullBodyOptions {
  /** Model of the frame before. */
  model: string | undefined;
  /** Every credential that may serve the turn is a Codex one: it understands compactions. */
  codexOnly: boolean;
  /** Calls and outputs of the client's sockets; undefined: the client names no session. */
  repair: ToolCache | undefined;
}

/** A turn that is a whole conversation. */
export interface FullTurn {
  readonly body: Uint8Array;
  readonly model: string;
  readonly instructions: string | undefined;
  readonly items: readonly StoredItem[];
}

const OPEN_BRACKET = 0x5b;
const QUOTE = 0x22;

/** Can this frame be understood only with the conversation before it? */
export const needsTranscript = (frame: ClientFrame): boolean => frame.continues;

/**
 * The frame with the whole conversation as its input.
 * @throws SwitchyardError `invalid_request` for a frame that does not fit the conversation.
 */
export function fullBody(
  transcript: Transcript | undefined,
  frame: ClientFrame,
  options: FullBodyOptions,
): FullTurn {
  if (transcript === undefined && frame.kind === 'append') {
    throw wrong('websocket request received before response.create');
  }
  const model = frame.model ?? knownModel(transcript?.model ?? options.model);
  const { data, members } = frame;
  const input = memberOf(members, 'input');
  const edits = new ObjectEdits(data, members, closingBrace(data));
  for (const key of ['type', 'previous_response_id', 'generate']) edits.remove(key);
  edits.set('stream', 'true');
  if (frame.model === undefined) edits.set('model', JSON.stringify(model));
  const given = memberOf(members, 'instructions');
  const instructions =
    given === undefined ? transcript?.instructions : textOf(data, given.valueStart, given.valueEnd);
  if (given === undefined && instructions !== undefined) edits.set('instructions', instructions);
  const items = conversation(transcript, frame, newItems(data, input, transcript), options);
  edits.set('input', `[${items.map(({ raw }) => raw).join(',')}]`);
  return { body: applyEdits(data, edits.edits()), model, instructions, items };
}

/** The conversation behind an answer; undefined: it is too large to be kept. */
export function extended(
  sent: Omit<FullTurn, 'body'>,
  output: readonly JsonObject[],
): Transcript | undefined {
  const answer = output.map(itemOf);
  const compacted = answer.some(isCompaction);
  const before = compacted
    ? sent.items.filter(({ type }) => type !== 'compaction_trigger')
    : sent.items;
  const items = [...before, ...answer];
  const bytes = items.reduce((sum, { raw }) => sum + raw.length, 0);
  if (items.length > MAX_TRANSCRIPT_ITEMS || bytes > MAX_TRANSCRIPT_BYTES) return undefined;
  return { model: sent.model, instructions: sent.instructions, items, bytes };
}

function newItems(
  data: Uint8Array,
  input: Member | undefined,
  transcript: Transcript | undefined,
): StoredItem[] {
  if (input !== undefined && data[input.valueStart] === OPEN_BRACKET) {
    return itemsIn(data, input.valueStart, input.valueEnd);
  }
  if (transcript !== undefined) throw wrong('websocket request requires array field: input');
  if (input === undefined) return [];
  if (data[input.valueStart] !== QUOTE) throw wrong('input has to be a text or a list of items');
  const content = JSON.parse(textOf(data, input.valueStart, input.valueEnd)) as string;
  return [itemOf({ type: 'message', role: 'user', content })];
}

function conversation(
  transcript: Transcript | undefined,
  frame: ClientFrame,
  added: StoredItem[],
  { codexOnly, repair }: FullBodyOptions,
): readonly StoredItem[] {
  const whole = transcript === undefined || replaces(frame, added);
  const bypassed = !whole && codexOnly && added.some(isCompaction);
  if (whole || bypassed) return mended(added, repair);
  const news = added.filter((item) => !isCompaction(item));
  return mended(merged([...transcript.items, ...news]), repair);
}

function replaces(frame: ClientFrame, added: readonly StoredItem[]): boolean {
  if (frame.previousResponseId !== undefined) return false;
  if (holdsAnswers(added)) return true;
  return frame.kind === 'create' && !frame.hasPreviousResponseId && isLocalSummary(added);
}

function mended(items: readonly StoredItem[], cache: ToolCache | undefined): readonly StoredItem[] {
  return cache === undefined ? items : withoutRepeatedIds(repaired(items, cache, false));
}

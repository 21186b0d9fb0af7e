/**
 * Recognises that a request's `input` begins with what an upstream socket already knows, so that only
 * the new items have to travel (codex.md 2.3; design 7, 3). A conversation is remembered as one hash
 * over its items and their number: a few bytes, however long it grows.
 */
import { createHash } from 'node:crypto';
import { isObject } from '../../canonical/value.ts';
import { forEachElement, memberOf, scanObject } from '../../json/scan.ts';
import { inputIdentity, outputIdentity } from './item-identity.ts';
import type { Member } from '../../json/members.ts';

/** A conversation up to some item. */
export interface ChainEnd {
  /** Items that count; see {@link outputIdentity} for those that do not. */
  readonly count: number;
  readonly digest: Buffer;
}

/** A request body as far as sending it over a socket needs it. */
export interface ScannedRequest {
  readonly body: Uint8Array;
  readonly members: readonly Member[];
  /** Undefined: not an array, so nothing can be left out. */
  readonly input: Member | undefined;
  /** Start and end offset of every item, in pairs. */
  readonly ranges: readonly number[];
  /** One for each item that counts: the conversation up to it, and the index of the item. */
  readonly marks: readonly { digest: Buffer; index: number }[];
  /** Hash of everything that must be the same for an increment: model, tools, effort ... */
  readonly settings: string;
}

/** A conversation without items. */
export const NO_ITEMS: ChainEnd = { count: 0, digest: Buffer.alloc(0) };

/** May differ between two turns of one conversation without changing what the model reads. */
const NOT_SETTINGS: ReadonlySet<string> = new Set([
  'input',
  'previous_response_id',
  'client_metadata',
  'prompt_cache_key',
  'generate',
  'stream',
  'type',
]);

const OPEN_BRACKET = 0x5b;

/**
 * Reads a body that is going to be sent. `from`: what the conversation was before its `input`, for a
 * client that sends increments itself.
 * @throws SwitchyardError `invalid_json`.
 */
export function scanRequest(body: Uint8Array, from: ChainEnd = NO_ITEMS): ScannedRequest {
  const members = scanObject(body);
  const member = memberOf(members, 'input');
  const input = member && body[member.valueStart] === OPEN_BRACKET ? member : undefined;
  const ranges: number[] = [];
  const marks: { digest: Buffer; index: number }[] = [];
  let { digest } = from;
  if (input !== undefined) {
    forEachElement(body, input.valueStart, input.valueEnd, (start, end, index) => {
      ranges.push(start, end);
      const identity = inputIdentity(body, start, end);
      if (identity === undefined) return undefined;
      digest = linked(digest, identity);
      marks.push({ digest, index });
      return undefined;
    });
  }
  return { body, members, input, ranges, marks, settings: settingsOf(body, members) };
}

/** The conversation with all of the request's input. */
export function endOf(scan: ScannedRequest, from: ChainEnd = NO_ITEMS): ChainEnd {
  const last = scan.marks.at(-1);
  if (last === undefined) return from;
  return { count: from.count + scan.marks.length, digest: last.digest };
}

/** The conversation with an answer's output items added. */
export function withOutput(end: ChainEnd, output: readonly unknown[]): ChainEnd {
  let { count, digest } = end;
  for (const item of output) {
    const identity = isObject(item) ? outputIdentity(item) : undefined;
    if (identity === undefined) continue;
    digest = linked(digest, identity);
    count += 1;
  }
  return { count, digest };
}

/**
 * Offset in the body of the first item that `known` does not hold; undefined: the input does not
 * begin with it, or nothing is new.
 */
export function firstNewItem(scan: ScannedRequest, known: ChainEnd): number | undefined {
  const next = itemBehind(scan, known);
  return next === undefined ? undefined : scan.ranges[next * 2];
}

/** The index of that item. Items that do not count, right behind the known ones, belong to those. */
export function itemBehind(scan: ScannedRequest, known: ChainEnd): number | undefined {
  const mark = scan.marks[known.count - 1];
  if (mark === undefined || !mark.digest.equals(known.digest)) return undefined;
  return scan.marks[known.count]?.index;
}

function linked(digest: Buffer, identity: string | Uint8Array): Buffer {
  const kind = typeof identity === 'string' ? 'model' : 'bytes';
  return createHash('sha256').update(digest).update(kind).update(identity).digest();
}

function settingsOf(body: Uint8Array, members: readonly Member[]): string {
  const hash = createHash('sha256');
  for (const { key, valueStart, valueEnd } of members) {
    if (NOT_SETTINGS.has(key)) continue;
    hash.update(key).update('\0').update(body.subarray(valueStart, valueEnd)).update('\0');
  }
  return hash.digest('base64');
}

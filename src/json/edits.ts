/**
 * Changes a few places of a JSON text and leaves every other byte as it is (design 4: bytes through,
 * spliced fields).
 */
import { bufferOf, skipValue } from './scan.ts';
import type { Member } from './members.ts';

/** Replaces `bytes[start..end)` by `text`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const COMMA = 0x2c;

/** A copy of `bytes` with all edits applied; the same object when there are none. Edits must not
 * overlap; their order does not matter. */
export function applyEdits(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return bytes;
  const ordered = [...edits].sort((one, other) => one.start - other.start || one.end - other.end);
  const parts: Buffer[] = [];
  const source = bufferOf(bytes);
  let at = 0;
  for (const { start, end, text } of ordered) {
    if (start > at) parts.push(source.subarray(at, start));
    if (text !== '') parts.push(Buffer.from(text, 'utf8'));
    at = Math.max(at, end);
  }
  if (at < source.length) parts.push(source.subarray(at));
  return Buffer.concat(parts);
}

/**
 * Cuts elements out of an array, each with the comma on the side where one is left over. `ranges`:
 * start and end of every element, in pairs; `dropped`: positions in the array.
 */
export function elementCuts(ranges: readonly number[], dropped: ReadonlySet<number>): Edit[] {
  let lastKept = ranges.length / 2 - 1;
  while (dropped.has(lastKept)) lastKept -= 1;
  return [...dropped].map((place) => {
    const start = ranges[2 * place] ?? 0;
    const end = ranges[2 * place + 1] ?? start;
    if (place < lastKept) return { start, end: ranges[2 * place + 2] ?? end, text: '' };
    return { start: ranges[2 * place - 1] ?? start, end, text: '' };
  });
}

/**
 * Collects changes to one object's members. Removals take the right comma with them, additions go
 * in front of the closing brace.
 */
export class ObjectEdits {
  readonly #bytes: Uint8Array;
  readonly #members: readonly Member[];
  readonly #closing: number;
  readonly #removed = new Set<number>();
  /** New values by member, and by key what is new; setting again replaces. */
  readonly #values = new Map<Member, string>();
  readonly #added = new Map<string, string>();
  readonly #edits: Edit[] = [];

  /** `closing`: offset of the object's `}`. */
  constructor(bytes: Uint8Array, members: readonly Member[], closing: number) {
    this.#bytes = bytes;
    this.#members = members;
    this.#closing = closing;
  }

  /** Sets a member to a JSON text; of duplicates the last one counts and the others go. */
  set(key: string, json: string): void {
    let target = -1;
    this.#members.forEach((member, index) => {
      if (member.key !== key || this.#removed.has(index)) return;
      if (target >= 0) this.#removed.add(target);
      target = index;
    });
    const member = this.#members[target];
    if (member === undefined) {
      this.#added.set(key, json);
      return;
    }
    if (this.#textIs(member, json)) this.#values.delete(member);
    else this.#values.set(member, json);
  }

  remove(key: string): void {
    this.#members.forEach((member, index) => {
      if (member.key === key) this.#removed.add(index);
    });
    this.#added.delete(key);
  }

  /** Renames a member's key, keeping its value. */
  rename(member: Member, key: string): void {
    const end = skipValue(this.#bytes, member.keyStart, member.valueStart);
    this.#edits.push({ start: member.keyStart, end, text: JSON.stringify(key) });
  }

  /** An edit inside one of the values. */
  inside(edit: Edit): void {
    this.#edits.push(edit);
  }

  /** All edits, ready for {@link applyEdits}. */
  edits(): Edit[] {
    const gone = this.#removals();
    const survivors = this.#members.length - this.#removed.size;
    const values = [...this.#values].map(([member, text]) => ({
      start: member.valueStart,
      end: member.valueEnd,
      text,
    }));
    // What is put in where a cut begins belongs to the value before it.
    const isGone = ({ start, end }: Edit): boolean =>
      gone.some((cut) => start >= cut.start && end <= cut.end && end > cut.start);
    const kept = [...this.#edits, ...values].filter((edit) => !isGone(edit));
    if (this.#added.size === 0) return [...gone, ...kept];
    const added = [...this.#added].map(([key, json]) => `${JSON.stringify(key)}:${json}`);
    const text = (survivors > 0 ? ',' : '') + added.join(',');
    return [...gone, ...kept, { start: this.#closing, end: this.#closing, text }];
  }

  #textIs(member: Member, json: string): boolean {
    const { valueStart, valueEnd } = member;
    if (valueEnd - valueStart !== Buffer.byteLength(json)) return false;
    return bufferOf(this.#bytes).toString('utf8', valueStart, valueEnd) === json;
  }

  /** Each removed member with the comma behind it, or before it when no survivor follows. */
  #removals(): Edit[] {
    const cuts: Edit[] = [];
    const count = this.#members.length;
    let lastKept = -1;
    for (let index = 0; index < count; index += 1) if (!this.#removed.has(index)) lastKept = index;
    for (const index of this.#removed) {
      const member = this.#members[index] as Member;
      const next = this.#members[index + 1];
      if (index < lastKept && next !== undefined) {
        cuts.push({ start: member.keyStart, end: next.keyStart, text: '' });
        continue;
      }
      cuts.push({ start: this.#commaBefore(index), end: member.valueEnd, text: '' });
    }
    return cuts;
  }

  /** Offset of the comma before a trailing member; the key itself for the very first. */
  #commaBefore(index: number): number {
    const member = this.#members[index] as Member;
    if (index === 0) return member.keyStart;
    let at = member.keyStart - 1;
    while (this.#bytes[at] !== COMMA) at -= 1;
    return at;
  }
}

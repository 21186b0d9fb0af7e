/**
 * One pass over an array or object whose inner values are looked at on the way: nothing is
 * allocated and no key is decoded, so that a body of some 100 KB costs no more than skipping it.
 */
import { broken, skipSpace, skipValue } from './scan.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;

/** Takes the element at `start`; returns the offset behind it. */
export type ElementVisitor = (start: number, index: number) => number;

/** Takes one member; `keyStart..keyEnd` includes the quotes. Returns the offset behind the value. */
export type MemberVisitor = (keyStart: number, keyEnd: number, valueStart: number) => number;

/** Walks the array whose `[` is at `at`; returns the offset behind it. @throws `invalid_json`. */
export function walkArray(
  bytes: Uint8Array,
  at: number,
  end: number,
  visit: ElementVisitor,
): number {
  let position = skipSpace(bytes, at + 1, end);
  if (position < end && bytes[position] === CLOSE_BRACKET) return position + 1;
  for (let index = 0; ; index += 1) {
    position = skipSpace(bytes, visit(position, index), end);
    const next = position < end ? bytes[position] : -1;
    if (next === CLOSE_BRACKET) return position + 1;
    if (next !== COMMA) throw broken('a comma was expected', position);
    position = skipSpace(bytes, position + 1, end);
  }
}

/** Walks the object whose `{` is at `at`; returns the offset behind it. @throws `invalid_json`. */
export function walkObject(
  bytes: Uint8Array,
  at: number,
  end: number,
  visit: MemberVisitor,
): number {
  let position = skipSpace(bytes, at + 1, end);
  if (position < end && bytes[position] === CLOSE_BRACE) return position + 1;
  for (;;) {
    const keyStart = position;
    if (position >= end || bytes[position] !== QUOTE) throw broken('a key was expected', position);
    const keyEnd = skipValue(bytes, position, end);
    position = skipSpace(bytes, keyEnd, end);
    if (position >= end || bytes[position] !== COLON) {
      throw broken('a colon was expected', position);
    }
    position = visit(keyStart, keyEnd, skipSpace(bytes, position + 1, end));
    position = skipSpace(bytes, position, end);
    const next = position < end ? bytes[position] : -1;
    if (next === CLOSE_BRACE) return position + 1;
    if (next !== COMMA) throw broken('a comma was expected', position);
    position = skipSpace(bytes, position + 1, end);
  }
}

/** The bytes of a JSON string, quotes included, for {@link isToken}. */
export const token = (text: string): Uint8Array => Buffer.from(JSON.stringify(text), 'utf8');

/** Is `bytes[start..end)` this string? One that a client spells with escapes is not found. */
export function isToken(
  bytes: Uint8Array,
  start: number,
  end: number,
  wanted: Uint8Array,
): boolean {
  const { length } = wanted;
  if (end - start !== length) return false;
  for (let index = 1; index < length; index += 1) {
    if (bytes[start + index] !== wanted[index]) return false;
  }
  return true;
}

/** The beginning of a JSON string, decoded, without looking at the rest of a long one. */
import { parseRange, readString, textOf } from './scan.ts';

const QUOTE = '"';
const BACKSLASH = 0x5c;
/** A `\uXXXX` pair is the longest escape that belongs together. */
const LONGEST_ESCAPE = 12;

/**
 * Decodes at most `maxBytes` of the JSON text of the string in `bytes[start..end)`, which includes
 * its quotes. A cut never splits a character or an escape.
 * @throws SwitchyardError `invalid_json`.
 */
export function stringHead(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxBytes: number,
): unknown {
  if (end - start - 2 <= maxBytes) {
    return readString(bytes, start, end) ?? parseRange(bytes, start, end);
  }
  const cut = beforeEscape(bytes, start + 1, wholeCharacter(bytes, start + 1 + maxBytes));
  const text = Buffer.from(QUOTE + textOf(bytes, start + 1, cut) + QUOTE, 'utf8');
  return parseRange(text, 0, text.byteLength);
}

/** Goes back to where a character begins (continuation bytes are 10xxxxxx). */
function wholeCharacter(bytes: Uint8Array, at: number): number {
  let cut = at;
  while (((bytes[cut] ?? 0) & 0xc0) === 0x80) cut -= 1;
  return cut;
}

/** Goes back in front of the backslashes that may reach over the cut. */
function beforeEscape(bytes: Uint8Array, first: number, at: number): number {
  let cut = at;
  for (let back = 1; back <= LONGEST_ESCAPE && at - back >= first; back += 1) {
    if (bytes[at - back] === BACKSLASH) cut = at - back;
  }
  while (cut < at && cut > first && bytes[cut - 1] === BACKSLASH) cut -= 1;
  return cut;
}

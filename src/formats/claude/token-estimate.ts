/**
 * How many tokens a text is, about. No table of the o200k encoding is shipped: the text is cut where
 * that encoding cuts (words, numbers, signs, white space), and each piece counts by its length. Prose
 * and code of several languages come out within a sixth of the true count; long random ids do not.
 * One pass without allocation, kinds as small numbers, because every request of a Claude client
 * comes through here.
 */

/** Kinds of characters. `IDEOGRAPH`: scripts that write without spaces. */
const LETTER = 0;
const DIGIT = 1;
const SIGN = 2;
const SPACE = 3;
const IDEOGRAPH = 4;

/**
 * Characters of one token in a run of each kind. A common word is one token whatever its length, a
 * rare one a token for every few letters; digits stand in threes, indents are single tokens.
 */
const CHARS_PER_TOKEN = [7, 3, 2, 16, 1.4] as const;

const ASCII_END = 0x80;

/** First of the general punctuation, arrows and boxes; alphabets stand before it. */
const FIRST_SYMBOL = 0x2000;

/** First of the scripts that write without spaces, and of the halves of emoji. */
const FIRST_IDEOGRAPH = 0x2e80;

const ASCII_KINDS = Uint8Array.from({ length: ASCII_END }, (_, code) => {
  if (code <= 0x20) return SPACE;
  const sign = String.fromCharCode(code);
  if (/[0-9]/.test(sign)) return DIGIT;
  return /[A-Za-z]/.test(sign) ? LETTER : SIGN;
});

/** Tokens of a text, estimated; 0 for an empty one. */
export function estimateTextTokens(text: string): number {
  let tokens = 0;
  let kind = -1;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const next = code < ASCII_END ? (ASCII_KINDS[code] ?? SIGN) : kindBeyondAscii(code);
    if (next === kind) continue;
    // One space before a word belongs to the word.
    tokens += runTokens(kind, kind === SPACE ? index - start - 1 : index - start);
    kind = next;
    start = index;
  }
  return tokens + runTokens(kind, text.length - start);
}

function runTokens(kind: number, length: number): number {
  return Math.ceil(length / (CHARS_PER_TOKEN[kind] ?? 1));
}

function kindBeyondAscii(code: number): number {
  if (code < FIRST_SYMBOL) return LETTER;
  return code < FIRST_IDEOGRAPH ? SIGN : IDEOGRAPH;
}

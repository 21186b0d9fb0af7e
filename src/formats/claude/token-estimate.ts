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

/** Runs below this length, and that is nearly all, are looked up: a division would cost the most. */
const SHORT_RUN = 64;

const SHORT_RUN_TOKENS = Uint8Array.from(
  { length: CHARS_PER_TOKEN.length * SHORT_RUN },
  (_, place) => longRunTokens(Math.floor(place / SHORT_RUN), place % SHORT_RUN),
);

/** Tokens of a text, estimated; 0 for an empty one. */
export function estimateTextTokens(text: string): number {
  const { length } = text;
  if (length === 0) return 0;
  let tokens = 0;
  let kind = kindOf(text.charCodeAt(0));
  let start = 0;
  for (let index = 1; index < length; index += 1) {
    const next = kindOf(text.charCodeAt(index));
    if (next === kind) continue;
    // One space before a word belongs to the word.
    tokens += runTokens(kind, kind === SPACE ? index - start - 1 : index - start);
    kind = next;
    start = index;
  }
  return tokens + runTokens(kind, length - start);
}

function runTokens(kind: number, length: number): number {
  if (length >= SHORT_RUN) return longRunTokens(kind, length);
  return SHORT_RUN_TOKENS[kind * SHORT_RUN + length] as number;
}

function longRunTokens(kind: number, length: number): number {
  return Math.ceil(length / (CHARS_PER_TOKEN[kind] ?? 1));
}

function kindOf(code: number): number {
  return code < ASCII_END ? (ASCII_KINDS[code] as number) : kindBeyondAscii(code);
}

function kindBeyondAscii(code: number): number {
  if (code < FIRST_SYMBOL) return LETTER;
  return code < FIRST_IDEOGRAPH ? SIGN : IDEOGRAPH;
}

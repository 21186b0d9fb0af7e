/** Cutting answer text into stream deltas, and the token estimate that all counts rest on. */

/** Characters of one delta: about a word, so that a short answer still streams in several events. */
export const DELTA_CHARS = 12;

/** Bytes that count as one token; the usual rule of thumb for English text and JSON. */
export const BYTES_PER_TOKEN = 4;

/** Cuts between code points, so that no delta holds half of a surrogate pair. `''` gives no piece. */
export function splitText(text: string, chars: number = DELTA_CHARS): string[] {
  const points = Array.from(text);
  const pieces: string[] = [];
  for (let start = 0; start < points.length; start += chars) {
    pieces.push(points.slice(start, start + chars).join(''));
  }
  return pieces;
}

/** Estimated tokens of a text; at least 1 unless it is empty. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

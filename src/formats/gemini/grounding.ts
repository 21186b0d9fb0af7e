/**
 * Grounding metadata: the searches that Google ran, the pages it found, and which words of the answer
 * they stand behind (translate-gemini-thinking.md 10.4). Offsets are bytes of the answer's text there.
 */
import type { WebSource } from '../../canonical/events.ts';
import { arrayOf, isObject, numberOf, objectOf, stringOf, textOf } from '../../canonical/value.ts';

/** A stretch of the text, in bytes, and the pages behind it. */
export interface Support {
  start: number;
  end: number;
  sources: readonly WebSource[];
}

export interface Grounding {
  queries: readonly string[];
  /** Each page once. */
  sources: readonly WebSource[];
  /** In the order of the text; none reaches into another. */
  supports: readonly Support[];
}

/** Reads `groundingMetadata`; undefined: nothing was searched. */
export function decodeGrounding(value: unknown): Grounding | undefined {
  if (!isObject(value)) return undefined;
  const queries = arrayOf(value.webSearchQueries).map(textOf);
  const chunks = arrayOf(value.groundingChunks).map(sourceOf);
  if (queries.length === 0 && chunks.length === 0) return undefined;
  const known = chunks.filter((source) => source !== undefined);
  const byUrl = new Map([...known].reverse().map((source) => [source.url, source]));
  const sources = known.filter((source) => byUrl.get(source.url) === source);
  return { queries, sources, supports: supportsOf(value.groundingSupports, chunks) };
}

function sourceOf(chunk: unknown): WebSource | undefined {
  const { uri, title } = objectOf(objectOf(chunk).web);
  const url = stringOf(uri) ?? '';
  return url === '' ? undefined : { url, title: stringOf(title) || url };
}

function supportsOf(value: unknown, chunks: readonly (WebSource | undefined)[]): Support[] {
  const supports = arrayOf(value).map((support) => {
    const { segment, groundingChunkIndices } = objectOf(support);
    const { startIndex, endIndex } = objectOf(segment);
    const indices = arrayOf(groundingChunkIndices).map((index) => numberOf(index) ?? -1);
    const sources = indices.flatMap((index) => chunks[index] ?? []);
    return { start: numberOf(startIndex) ?? 0, end: numberOf(endIndex) ?? 0, sources };
  });
  const ordered = supports.sort((one, other) => one.start - other.start || one.end - other.end);
  let last = 0;
  return ordered.filter(({ start, end, sources }) => {
    const fits = sources.length > 0 && start >= last && end > start;
    if (fits) last = end;
    return fits;
  });
}

/** The text cut at the supports; pieces without sources are founded on nothing. */
export interface Piece {
  text: string;
  sources: readonly WebSource[];
}

/** Cuts a text; nothing of it is lost, whatever the offsets say. */
export function piecesOf(text: string, supports: readonly Support[]): Piece[] {
  const bytes = Buffer.from(text);
  const pieces: Piece[] = [];
  let at = 0;
  const cut = (to: number, sources: readonly WebSource[]): void => {
    const end = boundary(bytes, to);
    if (end > at) pieces.push({ text: bytes.toString('utf8', at, end), sources });
    at = Math.max(at, end);
  };
  for (const { start, end, sources } of supports) {
    cut(start, []);
    cut(end, sources);
  }
  cut(bytes.length, []);
  return pieces;
}

/** The offset, or the next one where a character begins. */
function boundary(bytes: Buffer, offset: number): number {
  let at = Math.min(offset, bytes.length);
  while (at < bytes.length && ((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return at;
}

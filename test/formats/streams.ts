/** Streams for the tests of whole pairs: read the way the actor reads them. */
import { SseReader } from '../../src/formats/sse/reader.ts';
import type { ResponseTranslator, SseEvent } from '../../src/formats/format.ts';

/** What the client reads for an upstream stream that arrives in these pieces. */
export function clientText(translator: ResponseTranslator, pieces: readonly Uint8Array[]): string {
  let text = '';
  const reader = new SseReader((event) => {
    text += translator.onEvent(event);
  });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return text + translator.onEnd();
}

/** The text that reached the client before a stream failed, and the failure. */
export function failedText(
  translator: ResponseTranslator,
  bytes: Uint8Array,
): { text: string; error: unknown } {
  let text = '';
  const reader = new SseReader((event) => {
    text += translator.onEvent(event);
  });
  try {
    reader.push(bytes);
    reader.end();
    text += translator.onEnd();
  } catch (error) {
    return { text, error };
  }
  throw new Error('the stream did not fail');
}

/** The events of upstream lines, in the way the reader tells them. */
export function eventsOf(text: string): SseEvent[] {
  const events: SseEvent[] = [];
  const reader = new SseReader((event) => events.push(event));
  reader.push(Buffer.from(text));
  reader.end();
  return events;
}

/** Cuts bytes at places chosen by a seed. */
export function randomPieces(bytes: Uint8Array, seed: number): Uint8Array[] {
  const random = mulberry(seed);
  const longest = 1 + Math.floor(random() * 40);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + Math.floor(random() * longest);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Frames of a client stream: event name and parsed data; `[DONE]` as text. */
export function framesOf(text: string): { event: string | undefined; data: unknown }[] {
  return eventsOf(text).map(({ event, data, json }) => ({ event, data: json ?? data }));
}

/**
 * Reads server-sent events from byte chunks that may be cut anywhere, and checks that every `data:`
 * payload is JSON before anybody sees it (codex.md 7.1). LF, CRLF, CR, a BOM, comments and
 * multi-line data are understood (HTML standard, 9.2.6); `id:` and `retry:` are ignored.
 */
import { StringDecoder } from 'node:string_decoder';
import { SwitchyardError } from '../../errors.ts';
import type { SseEvent } from '../format.ts';

/** Characters of one event; the reference's line limit (codex.md 1.11). */
export const MAX_EVENT_CHARS = 50 * 1024 * 1024;

/** Bytes of a bad payload that are shown in the error (of a bare line: characters). */
const SHOWN_BYTES = 512;

const DONE = '[DONE]';
const BOM = '\ufeff';

/** Takes the events of one stream, in order. */
export type EventListener = (event: SseEvent) => void;

/** One event stream. Throws from `push` and `end` what its listener throws. */
export class SseReader {
  readonly #onEvent: EventListener;
  readonly #decoder = new StringDecoder('utf8');
  #pending = '';
  /** Where the search for the blank line goes on, so that a growing event is not searched again. */
  #searched = 0;
  /** Text behind `#pending` without a line end: a long line is put together once, at its end. */
  #tail: string[] = [];
  #tailChars = 0;
  #first = true;
  /** The text before ended with a CR, which already counts as a line end. */
  #skipLineFeed = false;

  constructor(onEvent: EventListener) {
    this.#onEvent = onEvent;
  }

  /** @throws SwitchyardError `upstream_bad_answer` for data that is no JSON or an endless event. */
  push(chunk: Uint8Array): void {
    // StringDecoder takes any view, its types name Buffer only.
    this.#add(this.#decoder.write(chunk as Buffer));
    if (this.#pending.length + this.#tailChars > MAX_EVENT_CHARS) {
      throw bad(`the upstream sent an event of more than ${MAX_EVENT_CHARS} characters`);
    }
  }

  /** The stream ended: an event without its blank line still counts, if it is whole. */
  end(): void {
    this.#add(this.#decoder.end());
    this.#join();
    const rest = this.#pending;
    this.#pending = '';
    if (rest.trim() !== '') this.#frame(rest.endsWith('\n') ? rest.slice(0, -1) : rest);
  }

  #add(text: string): void {
    const added = this.#normalised(text);
    if (added === '') return;
    this.#tail.push(added);
    this.#tailChars += added.length;
    if (!added.includes('\n')) return;
    this.#join();
    this.#drain();
  }

  #join(): void {
    if (this.#tail.length === 0) return;
    this.#pending += this.#tail.length === 1 ? (this.#tail[0] as string) : this.#tail.join('');
    this.#tail = [];
    this.#tailChars = 0;
  }

  /** Without the BOM at the very start; CRLF and CR become LF, also when they are cut apart. */
  #normalised(text: string): string {
    if (text === '') return '';
    let added = text;
    if (this.#first && added.startsWith(BOM)) added = added.slice(1);
    this.#first = false;
    if (this.#skipLineFeed && added.startsWith('\n')) added = added.slice(1);
    this.#skipLineFeed = text.endsWith('\r');
    return added.includes('\r') ? added.replace(/\r\n?/g, '\n') : added;
  }

  #drain(): void {
    let from = 0;
    for (;;) {
      const end = this.#pending.indexOf('\n\n', Math.max(from, this.#searched));
      if (end < 0) break;
      this.#searched = 0;
      const frame = this.#pending.slice(from, end);
      from = end + 2;
      if (frame !== '') this.#frame(frame);
    }
    if (from > 0) this.#pending = this.#pending.slice(from);
    this.#searched = Math.max(0, this.#pending.length - 1);
  }

  #frame(frame: string): void {
    // Nearly all frames are one or two lines: take them apart without a list of lines.
    if (frame.startsWith('data: ') && !frame.includes('\n')) {
      this.#emit(undefined, frame.slice(6), frame);
      return;
    }
    let event: string | undefined;
    let data: string | undefined;
    for (const line of frame.split('\n')) {
      if (line.startsWith('data:')) {
        const value = fieldValue(line, 5);
        data = data === undefined ? value : `${data}\n${value}`;
      } else if (line.startsWith('event:')) event = fieldValue(line, 6);
      else if (line.startsWith('{') && data === undefined)
        throw bad(line.slice(0, SHOWN_BYTES), line);
    }
    this.#emit(event, data ?? '', frame);
  }

  #emit(event: string | undefined, data: string, raw: string): void {
    this.#onEvent({ event, data, json: parsed(data), raw });
  }
}

function fieldValue(line: string, prefix: number): string {
  return line.charCodeAt(prefix) === 0x20 ? line.slice(prefix + 1) : line.slice(prefix);
}

function parsed(data: string): unknown {
  if (data === '' || data === DONE || data.trim() === DONE) return undefined;
  try {
    return JSON.parse(data) as unknown;
  } catch (cause) {
    const bytes = Buffer.from(data, 'utf8');
    const shown = JSON.stringify(bytes.subarray(0, SHOWN_BYTES).toString('utf8'));
    throw bad(`invalid SSE data JSON (len=${bytes.length}): ${shown}`, undefined, cause);
  }
}

/** `body`: a bare JSON line instead of events, which upstreams use for errors (10.4 of the spec). */
function bad(message: string, body?: string, cause?: unknown): SwitchyardError {
  return new SwitchyardError('upstream_bad_answer', {
    message,
    cause,
    ...(body === undefined ? {} : { body }),
  });
}

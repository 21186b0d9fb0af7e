/**
 * Reads server-sent events from byte chunks that may be cut anywhere, and checks that every `data:`
 * payload is JSON before anybody sees it (codex.md 7.1). LF, CRLF, CR, a BOM, comments and
 * multi-line data are understood (HTML standard, 9.2.6); `id:` and `retry:` are ignored.
 */
import { fieldValue, SseSplitter } from './splitter.ts';
import { SwitchyardError } from '../../errors.ts';
import type { SseEvent } from '../format.ts';

/** Bytes of a bad payload that are shown in the error (of a bare line: characters). */
const SHOWN_BYTES = 512;

const DONE = '[DONE]';

/** Takes the events of one stream, in order. */
export type EventListener = (event: SseEvent) => void;

/** One event stream. Throws from `push` and `end` what its listener throws. */
export class SseReader {
  readonly #onEvent: EventListener;
  readonly #splitter = new SseSplitter((frame) => this.#frame(frame));

  constructor(onEvent: EventListener) {
    this.#onEvent = onEvent;
  }

  /** @throws SwitchyardError `upstream_bad_answer` for data that is no JSON or an endless event. */
  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  /** The stream ended: an event without its blank line still counts, if it is whole. */
  end(): void {
    this.#splitter.end();
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
      else if (data === undefined && (line.startsWith('{') || line.startsWith('['))) {
        throw bad(line.slice(0, SHOWN_BYTES), frame.slice(frame.indexOf(line)));
      }
    }
    this.#emit(event, data ?? '', frame);
  }

  #emit(event: string | undefined, data: string, raw: string): void {
    this.#onEvent({ event, data, json: parsed(data), raw });
  }
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

/** `body`: bare JSON instead of events, which upstreams use for errors (10.4 of the spec). */
function bad(message: string, body?: string, cause?: unknown): SwitchyardError {
  return new SwitchyardError('upstream_bad_answer', {
    message,
    cause,
    ...(body === undefined ? {} : { body }),
  });
}

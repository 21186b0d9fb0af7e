/**
 * Cuts an event stream into its events, whatever the chunks: LF, CRLF, CR and a BOM are understood
 * (HTML standard, 9.2.6). What is in an event is for its reader.
 */
import { StringDecoder } from 'node:string_decoder';
import { SwitchyardError } from '../../errors.ts';

/** Characters of one event; the reference's line limit (codex.md 1.11). */
export const MAX_EVENT_CHARS = 50 * 1024 * 1024;

const BOM = '\ufeff';

/** Takes the lines of one event, without the blank one; line ends are LF. */
export type FrameListener = (frame: string) => void;

/** One event stream. Throws from `push` and `end` what its listener throws. */
export class SseSplitter {
  readonly #onFrame: FrameListener;
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

  constructor(onFrame: FrameListener) {
    this.#onFrame = onFrame;
  }

  /** @throws SwitchyardError `upstream_bad_answer` for an endless event. */
  push(chunk: Uint8Array): void {
    // StringDecoder takes any view, its types name Buffer only.
    this.#add(this.#decoder.write(chunk as Buffer));
    // Without a tail the last line end may be the first half of the blank line.
    const ends = this.#tailChars === 0 && this.#pending.endsWith('\n') ? 1 : 0;
    if (this.#pending.length + this.#tailChars - ends > MAX_EVENT_CHARS) throw tooLong();
  }

  /** The stream ended: an event without its blank line still counts, if it is whole. */
  end(): void {
    this.#add(this.#decoder.end());
    this.#join();
    const rest = this.#pending;
    this.#pending = '';
    if (rest.trim() !== '') this.#onFrame(rest.endsWith('\n') ? rest.slice(0, -1) : rest);
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
      if (frame.length > MAX_EVENT_CHARS) throw tooLong();
      if (frame !== '') this.#onFrame(frame);
    }
    if (from > 0) this.#pending = this.#pending.slice(from);
    this.#searched = Math.max(0, this.#pending.length - 1);
  }
}

const tooLong = (): SwitchyardError =>
  new SwitchyardError('upstream_bad_answer', {
    message: `the upstream sent an event of more than ${MAX_EVENT_CHARS} characters`,
  });

/** Value of a line such as `data: x`; `prefix`: characters up to and with the colon. */
export function fieldValue(line: string, prefix: number): string {
  return line.charCodeAt(prefix) === 0x20 ? line.slice(prefix + 1) : line.slice(prefix);
}

/** Recognises the page that an upstream, or something in front of it, sent instead of events. */
import { SwitchyardError } from '../errors.ts';

/** Bytes of a stream without data that are kept and shown. */
const SHOWN_BYTES = 512;

/** Errors of a stream that ended without an answer. */
const WITHOUT_ANSWER: ReadonlySet<string> = new Set([
  'upstream_incomplete_stream',
  'upstream_empty_stream',
]);

/** Keeps the beginning of one stream until it turns out to have data. */
export class PageInstead {
  #beginning: Buffer | undefined = Buffer.alloc(0);

  /** More bytes of the stream. */
  push(chunk: Uint8Array): void {
    const kept = this.#beginning;
    if (kept === undefined || kept.length >= SHOWN_BYTES) return;
    this.#beginning = Buffer.concat([kept, chunk.subarray(0, SHOWN_BYTES - kept.length)]);
  }

  /** An event with data came: it is no page. */
  sawData(): void {
    this.#beginning = undefined;
  }

  /** The error in words that show the page, if there was one; code and status stay. */
  named(error: SwitchyardError): SwitchyardError {
    const text = this.#beginning?.toString('utf8').trimStart() ?? '';
    if (!WITHOUT_ANSWER.has(error.code) || !text.startsWith('<')) return error;
    const message = `${error.message}; the upstream sent a page: ${JSON.stringify(text)}`;
    return new SwitchyardError(error.code, { status: error.status, message, cause: error });
  }
}

/** An upstream's answer that is one body and no event stream: collects it, and says what it is. */
import { SwitchyardError } from '../errors.ts';
import { failureOfPage } from './answer-failures.ts';
import type { Provider, UpstreamFailure } from '../providers/types.ts';
import type { ResponseTranslator, SseEvent } from '../formats/format.ts';

/** Bytes of an upstream error body that are kept; real ones have a few hundred. */
export const MAX_ERROR_BODY_BYTES = 256 * 1024;

/** What a body needs to be read. */
export interface BodyContext {
  readonly provider: Provider;
  readonly translator: ResponseTranslator;
  readonly maxAnswerBytes: number;
  now(): number;
}

/** What a whole body turned out to be: a failure, or client-ready. */
export type BodyOutcome = { failure: UpstreamFailure } | { body: Uint8Array | string };

/** One body. */
export class AnswerBody {
  readonly #context: BodyContext;
  readonly #status: number;
  readonly #headers: string[];
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(context: BodyContext, status: number, headers: string[]) {
    this.#context = context;
    this.#status = status;
    this.#headers = headers;
  }

  /** Its status says that it is an error. */
  get isError(): boolean {
    return !isOk(this.#status);
  }

  /**
   * Takes a chunk. Of an error the beginning is kept.
   * @throws SwitchyardError `upstream_bad_answer` for an answer that is too large.
   */
  push(chunk: Uint8Array): void {
    const limit = this.isError ? MAX_ERROR_BODY_BYTES : this.#context.maxAnswerBytes;
    const room = Math.max(limit - this.#bytes, 0);
    if (chunk.byteLength > room && !this.isError) throw tooLarge(limit);
    if (room > 0) this.#chunks.push(chunk.byteLength > room ? chunk.subarray(0, room) : chunk);
    this.#bytes += chunk.byteLength;
  }

  /** @throws what the translator throws. */
  outcome(): BodyOutcome {
    const { provider, translator, now } = this.#context;
    const body = this.#whole();
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
    const failureOf = (status: number): UpstreamFailure =>
      provider.failureOfResponse(status, this.#headers, text, now());
    if (this.isError) return { failure: failureOf(this.#status) };
    const event = eventOfBody(text);
    const failure =
      event === undefined ? failureOfPage(text, failureOf) : provider.failureOfEvent(event, now());
    return failure === undefined ? { body: translator.onBody(body) } : { failure };
  }

  #whole(): Uint8Array {
    const [first] = this.#chunks;
    return this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
  }
}

export const isOk = (status: number): boolean => status >= 200 && status < 300;

/** The body as an event, so that one function per provider finds errors; undefined: not JSON. */
export function eventOfBody(text: string): SseEvent | undefined {
  try {
    return { event: undefined, data: text, json: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

const tooLarge = (limit: number): SwitchyardError =>
  new SwitchyardError('upstream_bad_answer', {
    message: `the upstream answer is larger than ${String(limit)} bytes`,
  });

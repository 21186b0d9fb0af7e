/** Reads one request body for its sink: limit, deadline, and exactly one of the sink's callbacks. */
import { announcedLength, BodyBuffer } from './body-buffer.ts';
import type { BodySink, Exchange } from './types.ts';

/** An exchange as far as its body is concerned. */
export interface ReadableExchange extends Exchange {
  /** Called when the reply ended or the client left. */
  onSettled: (() => void) | undefined;
  /** The body is not complete: the connection can not carry another request after the reply. */
  bodyPending: boolean;
}

/** Gathers a body that arrives in chunks. */
export class BodyReader {
  readonly #exchange: ReadableExchange;
  readonly #sink: BodySink;
  readonly #body: BodyBuffer;
  #timer: NodeJS.Timeout | undefined;
  #done = false;

  /** `timeoutMs`: until the body has to be complete; 0 = no limit. */
  constructor(exchange: ReadableExchange, sink: BodySink, timeoutMs: number) {
    this.#exchange = exchange;
    this.#sink = sink;
    exchange.bodyPending = true;
    const announced = announcedLength(exchange.header('content-length'));
    this.#body = new BodyBuffer(sink.limit, announced);
    if (announced !== undefined && announced > sink.limit) {
      this.#finish();
      sink.onTooLarge();
      return;
    }
    exchange.onSettled = () => this.#finish();
    if (timeoutMs > 0) {
      this.#timer = setTimeout(() => {
        this.#finish();
        sink.onTimeout();
      }, timeoutMs);
    }
  }

  /** True when the sink was called, or the exchange is over: what still comes is dropped. */
  get done(): boolean {
    return this.#done;
  }

  /** Takes a copy of a chunk. */
  add(chunk: Uint8Array): void {
    if (this.#done || this.#body.add(chunk)) return;
    this.#finish();
    this.#sink.onTooLarge();
  }

  /** The last chunk was added. */
  end(): void {
    if (this.#done) return;
    this.#exchange.bodyPending = false;
    this.#finish();
    this.#sink.onBody(this.#body.take());
  }

  #finish(): void {
    this.#done = true;
    clearTimeout(this.#timer);
    this.#exchange.onSettled = undefined;
  }
}

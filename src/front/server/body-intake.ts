/**
 * Takes in the body of one request under its two limits, bytes and time, and hands it to the
 * application's sink in one buffer of its own. Bytes are copied once when the length was announced
 * or the body came in one piece, else twice.
 */
import { announcedLength } from './header-text.ts';
import { headerValue } from '../../headers.ts';
import { errorBody, JSON_HEADERS } from './own-answer.ts';
import type { Application, BodySink } from './types.ts';
import type { BaseExchange } from './base-exchange.ts';
import type { Log } from '../../observe/log.ts';

/** What a server gives each of its requests. */
export interface IntakeContext {
  app: Application;
  log: Log;
  /** 0: no limit. */
  requestTimeoutMs: number;
}

/**
 * Hands the head of a request to the application. Returns what takes the body; undefined when
 * nobody wants it: the server then lets it run into nothing.
 */
export function dispatch(
  context: IntakeContext,
  exchange: BaseExchange,
  nowMs: number,
): BodyIntake | undefined {
  let sink: BodySink | undefined;
  try {
    sink = context.app.onRequest(exchange);
  } catch (thrown) {
    answerFault(exchange, context.log, thrown);
  }
  if (sink === undefined || exchange.closed) return undefined;
  const intake = new BodyIntake(context, exchange, sink, nowMs);
  exchange.intake = intake;
  intake.checkAnnounced();
  return exchange.intake;
}

/** A fault of the application itself: logged, and 500 when nothing was sent yet. */
export function answerFault(exchange: BaseExchange, log: Log, thrown: unknown): void {
  log.error({ err: thrown, path: exchange.path }, 'the application failed on a request');
  exchange.intake = undefined;
  if (exchange.headSent) {
    exchange.abort();
    return;
  }
  exchange.head(500, JSON_HEADERS);
  exchange.end(errorBody('internal', 'internal error'));
}

/** Bytes of a refused body that are read and dropped; a client with more to say is cut off. */
export const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/** A buffer that shares no memory, so that it can be moved to another thread. */
function newBody(size: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
}

/** See the module header. */
export class BodyIntake {
  readonly #exchange: BaseExchange;
  readonly #sink: BodySink;
  readonly #log: Log;
  readonly #announced: number | undefined;
  readonly #deadlineMs: number;
  #whole: Uint8Array | undefined;
  #parts: Uint8Array[] = [];
  #size = 0;
  #discarding = false;

  constructor(context: IntakeContext, exchange: BaseExchange, sink: BodySink, nowMs: number) {
    const { requestTimeoutMs } = context;
    this.#exchange = exchange;
    this.#sink = sink;
    this.#log = context.log;
    this.#announced = announcedLength(exchange.headers);
    this.#deadlineMs = requestTimeoutMs > 0 ? nowMs + requestTimeoutMs : Infinity;
  }

  /** Refuses before the first byte what announces itself as too large. */
  checkAnnounced(): void {
    if ((this.#announced ?? 0) > this.#sink.limit) this.#refuse();
  }

  /** Takes bytes that are only valid in this call. */
  take(bytes: Uint8Array, isLast: boolean): void {
    if (this.#exchange.intake !== this) return;
    const size = this.#size + bytes.byteLength;
    if (this.#discarding) {
      this.#size = size;
      if (isLast || size > this.#sink.limit + MAX_DISCARDED_BYTES) this.#tooLarge();
      return;
    }
    if (size > this.#sink.limit) {
      this.#size = size;
      this.#refuse();
      if (isLast && this.#discarding) this.#tooLarge();
      return;
    }
    if (isLast && this.#size === 0) {
      const copy = newBody(bytes.byteLength);
      copy.set(bytes);
      this.#settle(() => this.#sink.onBody(copy));
      return;
    }
    if (bytes.byteLength > 0) this.#keep(bytes);
    this.#size = size;
    if (isLast) this.#settle(() => this.#sink.onBody(this.#gathered()));
  }

  /** Looks at the clock. */
  sweep(nowMs: number): void {
    if (nowMs < this.#deadlineMs) return;
    this.#exchange.lastOfConnection = true;
    this.#settle(() => this.#sink.onTimeout());
  }

  /**
   * The body is too large. A client that wants the connection closed behind the answer has to be done
   * with sending first: closed under its hands it would see a broken pipe instead of the answer.
   */
  #refuse(): void {
    this.#whole = undefined;
    this.#parts = [];
    const closes = headerValue(this.#exchange.headers, 'connection')?.toLowerCase() === 'close';
    const fits = (this.#announced ?? 0) <= this.#sink.limit + MAX_DISCARDED_BYTES;
    if (closes && fits) this.#discarding = true;
    else this.#tooLarge();
  }

  #tooLarge(): void {
    this.#settle(() => this.#sink.onTooLarge());
  }

  #keep(bytes: Uint8Array): void {
    if (this.#announced === undefined) {
      this.#parts.push(new Uint8Array(bytes));
      return;
    }
    // Made with the first bytes: a length that is only announced holds no memory.
    this.#whole ??= newBody(this.#announced);
    this.#whole.set(bytes, this.#size);
  }

  #gathered(): Uint8Array {
    if (this.#whole !== undefined) return this.#whole;
    const whole = newBody(this.#size);
    let offset = 0;
    for (const part of this.#parts) {
      whole.set(part, offset);
      offset += part.byteLength;
    }
    return whole;
  }

  #settle(report: () => void): void {
    const exchange = this.#exchange;
    exchange.intake = undefined;
    if (exchange.closed) return;
    try {
      exchange.cork(report);
    } catch (thrown) {
      answerFault(exchange, this.#log, thrown);
    }
  }
}

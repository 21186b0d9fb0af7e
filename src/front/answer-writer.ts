/**
 * Writes one answer to its client: head, data under back-pressure, keep-alives, exactly one ending.
 * Gathers what one post from the host brought, and writes it in one go.
 */
import { filterUpstreamHeaders } from './errors/headers.ts';
import { STREAM_WINDOW_BYTES } from '../actors/credit.ts';
import type { AnswerConfig } from '../config/types.ts';
import type { Beat, Ticker } from './ticker.ts';
import type { Exchange } from './server/types.ts';
import type { HeadFrame } from './host-links.ts';
import type { RenderedError, Surface } from './surface.ts';
import type { SwitchyardError } from '../errors.ts';
import type { TurnFailure } from '../turn.ts';
import type { TurnSink } from './turn-sink.ts';

/** Credit goes back in portions of this size: a frame per write would double the traffic. */
const GRANT_BYTES = STREAM_WINDOW_BYTES / 2;

/** Nothing on the way may keep or collect the parts of a stream. */
const UNBUFFERED = ['cache-control', 'no-cache', 'x-accel-buffering', 'no'];
const JSON_HEADERS = ['content-type', 'application/json'];
const STREAM_HEADERS = ['content-type', 'text/event-stream', ...UNBUFFERED];
const ARRAY_HEADERS = [...JSON_HEADERS, ...UNBUFFERED];

/** Bytes that JSON parsers skip before a value (routing.md 12). */
const JSON_KEEP_ALIVE = '\n';

/** What the writer needs to know about its turn. */
export interface WriterContext {
  surface: Surface;
  requestId: string;
  answers: AnswerConfig;
  ticker: Ticker;
  stream: boolean;
  /** Header pairs of our own: CORS, diagnostics. */
  ownHeaders: string[];
  /** Gives bytes back to the stream's window. */
  grant(bytes: number): void;
}

/** One answer on its way to one client. */
export class AnswerWriter implements TurnSink {
  readonly #exchange: Exchange;
  readonly #context: WriterContext;
  #head: string[] | undefined;
  #status = 200;
  #chunks: Uint8Array[] = [];
  /** Set once nothing more will come: the text that ends the answer, `''` for a clean end. */
  #ending: string | undefined;
  #ungranted = 0;
  #beat: Beat | undefined;

  constructor(exchange: Exchange, context: WriterContext) {
    this.#exchange = exchange;
    this.#context = context;
    exchange.onDrain = () => this.#grantAll();
    const everyMs = context.answers.nonstreamKeepaliveMs;
    if (!context.stream && everyMs > 0) {
      this.#beat = context.ticker.every(everyMs, () => this.#beatJson());
    }
  }

  /** True once the client has seen a status line: nothing can be tried again. */
  get committed(): boolean {
    return this.#head !== undefined || this.#exchange.headSent;
  }

  head(frame: HeadFrame, ownHeaders: string[]): void {
    this.#status = frame.status;
    const base = this.#baseHeaders();
    const own = [...base, ...this.#context.ownHeaders, ...ownHeaders];
    this.#head = [...own, ...filterUpstreamHeaders(frame.headers, own)];
    const everyMs = this.#context.answers.streamKeepaliveMs;
    if (this.#context.stream && everyMs > 0) {
      this.#beat = this.#context.ticker.every(everyMs, () => this.#beatStream());
    }
  }

  #baseHeaders(): string[] {
    const { stream, surface } = this.#context;
    if (!stream) return JSON_HEADERS;
    return surface.streamForm === 'array' ? ARRAY_HEADERS : STREAM_HEADERS;
  }

  data(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
  }

  end(): void {
    this.#ending = '';
  }

  /**
   * The answer broke off. A stream ends with the dialect's one terminal error event; of a JSON
   * answer nothing was written yet, so the client gets an error instead of half a body.
   */
  fail(failure: TurnFailure): void {
    const { stream, surface, requestId } = this.#context;
    if (stream) this.#ending = surface.streamError(failure, this.#exchange, requestId);
    else this.error(surface.error(failure, requestId));
  }

  refuse(failure: SwitchyardError | TurnFailure): number {
    const { surface, requestId } = this.#context;
    const rendered = surface.error(failure, requestId);
    this.error(rendered);
    return rendered.status;
  }

  /** Answers with an error instead; the status is lost when a keep-alive already committed 200. */
  error(rendered: RenderedError): void {
    this.stop();
    const exchange = this.#exchange;
    if (exchange.closed) return;
    exchange.cork(() => {
      if (!exchange.headSent) {
        exchange.head(rendered.status, [...rendered.headers, ...this.#context.ownHeaders]);
      }
      exchange.end(rendered.body);
    });
  }

  /** Writes what was gathered. A JSON answer waits for its end, so that it gets a length. */
  flush(): void {
    const exchange = this.#exchange;
    if (exchange.closed) {
      this.stop();
      return;
    }
    const open = this.#ending === undefined;
    if (open && (!this.#context.stream || this.#chunks.length === 0)) return;
    exchange.cork(() => this.#writeGathered());
  }

  /** Stops the beats; call when the exchange is over. */
  stop(): void {
    this.#beat?.stop();
    this.#beat = undefined;
  }

  #writeGathered(): void {
    const exchange = this.#exchange;
    if (!exchange.headSent) exchange.head(this.#status, this.#head ?? JSON_HEADERS);
    const chunks = this.#chunks;
    this.#chunks = [];
    const bytes = chunks.length <= 1 ? chunks[0] : Buffer.concat(chunks);
    if (this.#ending === undefined) {
      if (bytes !== undefined) this.#write(bytes);
      return;
    }
    this.stop();
    if (this.#ending === '') {
      exchange.end(bytes);
      return;
    }
    if (bytes !== undefined) exchange.write(bytes);
    exchange.end(this.#ending);
  }

  #write(bytes: Uint8Array): void {
    this.#ungranted += bytes.byteLength;
    const taken = this.#exchange.write(bytes);
    if (taken && this.#ungranted >= GRANT_BYTES) this.#grantAll();
  }

  #grantAll(): void {
    const bytes = this.#ungranted;
    if (bytes === 0) return;
    this.#ungranted = 0;
    this.#context.grant(bytes);
  }

  #beatStream(): void {
    const exchange = this.#exchange;
    if (exchange.closed) this.stop();
    else if (exchange.headSent && exchange.buffered === 0) {
      exchange.cork(() => exchange.write(this.#context.surface.keepAlive));
    }
  }

  #beatJson(): void {
    const exchange = this.#exchange;
    if (exchange.closed) {
      this.stop();
      return;
    }
    exchange.cork(() => {
      if (!exchange.headSent) exchange.head(200, [...JSON_HEADERS, ...this.#context.ownHeaders]);
      exchange.write(JSON_KEEP_ALIVE);
    });
  }
}

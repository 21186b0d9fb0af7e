/** One request and its reply on node:http. */
import { BaseExchange } from './base-exchange.ts';
import { LINGER_MS } from './limits.ts';
import { safeValue } from './header-text.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Sweeper, Swept } from './sweep.ts';

/** See `types.ts`. */
export class NodeExchange extends BaseExchange implements Swept {
  readonly method: string;
  readonly path: string;
  readonly query: string;

  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #sweeper: Sweeper;
  /** Set when the reply is out before the body is in. */
  #lingersUntilMs: number | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, sweeper: Sweeper) {
    super();
    this.#request = request;
    this.#response = response;
    this.#sweeper = sweeper;
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    this.method = request.method ?? 'GET';
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.query = mark < 0 ? '' : url.slice(mark + 1);
    const raw = request.rawHeaders;
    for (let index = 0; index < raw.length; index += 2) {
      this.headers.push((raw[index] ?? '').toLowerCase(), raw[index + 1] ?? '');
    }
    response.on('drain', () => {
      if (!this.closed) this.onDrain?.();
    });
    response.on('finish', () => this.#onFinish());
    response.on('close', () => this.#onClose());
    // An error of the socket: 'close' follows and is what counts.
    response.on('error', () => this.clientLeft());
    response.on('timeout', () => this.#onSilence());
  }

  get buffered(): number {
    return this.closed ? 0 : this.#response.writableLength;
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.closed || bytes.length === 0) return true;
    this.#writeHead(undefined);
    return this.bodyless || this.#response.write(bytesOf(bytes));
  }

  end(bytes?: Uint8Array | string): void {
    if (this.closed) return;
    this.closed = true;
    this.intake = undefined;
    this.#writeHead(this.lengthOf(bytes));
    if (bytes === undefined || bytes.length === 0 || this.bodyless) this.#response.end();
    else this.#response.end(bytesOf(bytes));
  }

  abort(): void {
    if (this.closed) return;
    this.closed = true;
    this.intake = undefined;
    this.#response.destroy();
  }

  /** Node gathers the writes of a tick by itself; its own cork loses data before `end` on Node 24. */
  cork(run: () => void): void {
    run();
  }

  sweep(nowMs: number): void {
    this.intake?.sweep(nowMs);
    if (nowMs > (this.#lingersUntilMs ?? Infinity)) this.#request.socket.destroy();
  }

  protected readPeer(): string {
    return this.#request.socket.remoteAddress ?? '';
  }

  /** `length`: of a reply without earlier writes. */
  #writeHead(length: number | undefined): void {
    if (this.pendingHead === undefined) return;
    const pairs = this.pendingHead.map((text, index) => (index % 2 === 1 ? safeValue(text) : text));
    if (length !== undefined) pairs.push('content-length', String(length));
    if (this.lastOfConnection) pairs.push('connection', 'close');
    this.commitHead();
    this.#response.writeHead(this.status, pairs);
  }

  /** Node reads on what is left of a refused body, so that the client sees the reply; not forever. */
  #onFinish(): void {
    if (this.#request.complete) this.#sweeper.delete(this);
    else {
      this.#lingersUntilMs = this.#sweeper.nowMs + LINGER_MS;
      this.#sweeper.add(this);
      this.#request.once('close', () => this.#sweeper.delete(this));
      this.#request.resume();
    }
  }

  #onClose(): void {
    if (this.#lingersUntilMs === undefined) this.#sweeper.delete(this);
    this.clientLeft();
  }

  /** The connection was silent for a while: fine, unless the client owes us a read. */
  #onSilence(): void {
    if (this.#response.writableLength > 0) this.#request.socket.destroy();
  }
}

/** Node would encode the head together with a text body as UTF-8, and it is not. */
const bytesOf = (bytes: Uint8Array | string): Uint8Array =>
  typeof bytes === 'string' ? Buffer.from(bytes) : bytes;

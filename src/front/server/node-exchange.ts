/** One request and its reply on node:http. */
import { hasNoBody } from './status-text.ts';
import type { Exchange } from './types.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** See `types.ts`. */
export class NodeExchange implements Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: string[] = [];
  readonly peer: string;
  onDrain: (() => void) | undefined = undefined;
  onClose: (() => void) | undefined = undefined;
  /** Called when the reply ended or the client left: ends the body's timer. */
  onSettled: (() => void) | undefined = undefined;
  /** The request's body is not complete: its connection can not carry another request. */
  bodyPending = false;

  readonly #response: ServerResponse;
  #closed = false;
  #headSent = false;
  #written = false;
  #status = 200;
  #replyHeaders: string[] = [];

  constructor(message: IncomingMessage, response: ServerResponse) {
    this.#response = response;
    this.method = (message.method ?? 'GET').toUpperCase();
    const url = message.url ?? '/';
    const mark = url.indexOf('?');
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.query = mark < 0 ? '' : url.slice(mark + 1);
    this.peer = message.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
    const raw = message.rawHeaders;
    for (let index = 0; index < raw.length; index += 2) {
      this.headers.push((raw[index] as string).toLowerCase(), raw[index + 1] as string);
    }
    response.on('close', () => this.#onClosed());
    response.on('drain', () => this.onDrain?.());
    // A connection that breaks ends with 'close'; without a listener its error would be uncaught.
    response.on('error', () => this.#onClosed());
  }

  get closed(): boolean {
    return this.#closed;
  }

  get headSent(): boolean {
    return this.#headSent;
  }

  get buffered(): number {
    return this.#closed ? 0 : this.#response.writableLength;
  }

  header(name: string): string | undefined {
    const headers = this.headers;
    for (let index = 0; index < headers.length; index += 2) {
      if (headers[index] === name) return headers[index + 1];
    }
    return undefined;
  }

  head(status: number, headers: string[]): void {
    if (this.#headSent) return;
    this.#headSent = true;
    this.#status = status;
    this.#replyHeaders = headers;
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.#closed) return true;
    if (!this.#written) this.#writeHead(undefined);
    if (this.method === 'HEAD' || bytes.length === 0) return true;
    return this.#response.write(bytes);
  }

  end(bytes?: Uint8Array | string): void {
    if (this.#closed) return;
    if (!this.#written) this.#writeHead(sizeOf(bytes));
    this.#settle();
    const bare = this.method === 'HEAD' || hasNoBody(this.#status);
    this.#response.end(bare ? undefined : bytes);
  }

  abort(): void {
    if (this.#closed) return;
    this.#settle();
    this.#response.destroy();
  }

  /** Node gathers the writes of one tick by itself; its own cork loses data before `end` on Node 24. */
  cork(run: () => void): void {
    run();
  }

  /** The connection is a WebSocket now: nothing may be written here any more. */
  handOver(): void {
    this.#settle();
  }

  #writeHead(length: number | undefined): void {
    this.#written = true;
    this.#headSent = true;
    const headers = [...this.#replyHeaders];
    if (length !== undefined && !hasNoBody(this.#status)) {
      headers.push('content-length', String(length));
    }
    if (this.bodyPending) headers.push('connection', 'close');
    this.#response.writeHead(this.#status, headers);
  }

  #onClosed(): void {
    if (this.#closed) return;
    this.#settle();
    this.onClose?.();
  }

  #settle(): void {
    this.#closed = true;
    this.onSettled?.();
  }
}

const sizeOf = (bytes: Uint8Array | string | undefined): number =>
  typeof bytes === 'string' ? Buffer.byteLength(bytes) : (bytes?.byteLength ?? 0);

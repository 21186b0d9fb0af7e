/**
 * One request and its reply on uWebSockets.js. Its response object must not be touched after an
 * abort or after the end: every method checks `closed` first.
 */
import { hasNoBody, statusLine } from './status-text.ts';
import type { Exchange } from './types.ts';
import type { HttpRequest, HttpResponse } from 'uWebSockets.js';

/** See `types.ts`. */
export class UwsExchange implements Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: string[] = [];
  onDrain: (() => void) | undefined = undefined;
  onClose: (() => void) | undefined = undefined;
  /** Called when the reply ended or the client left: ends the body's timer. */
  onSettled: (() => void) | undefined = undefined;
  /** The request's body is not complete: its connection can not carry another request. */
  bodyPending = false;

  readonly #response: HttpResponse;
  #peer: string | undefined;
  #closed = false;
  #headSent = false;
  #chunked = false;
  #watchesDrain = false;
  #buffered = 0;
  #status = 200;
  #replyHeaders: string[] = [];

  constructor(response: HttpResponse, request: HttpRequest) {
    this.#response = response;
    this.method = request.getCaseSensitiveMethod().toUpperCase();
    this.path = request.getUrl();
    this.query = request.getQuery() ?? '';
    request.forEach((name, value) => this.headers.push(name, value));
    response.onAborted(() => this.#onAborted());
  }

  /** Read on demand: an address that nobody asks for costs nothing. */
  get peer(): string {
    if (this.#peer === undefined && this.#closed) return '';
    this.#peer ??= addressOf(this.#response);
    return this.#peer;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get headSent(): boolean {
    return this.#headSent;
  }

  get buffered(): number {
    return this.#buffered;
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
    this.#startBody();
    if (this.method === 'HEAD' || bytes.length === 0) return true;
    if (this.#response.write(bytes)) return this.#buffered === 0;
    this.#buffered += bytes.length;
    if (!this.#watchesDrain) {
      this.#watchesDrain = true;
      this.#response.onWritable(() => this.#onWritable());
    }
    return false;
  }

  end(bytes?: Uint8Array | string): void {
    if (this.#closed) return;
    const chunked = this.#chunked;
    if (!chunked) this.#writeHead();
    this.#settle();
    const response = this.#response;
    if (hasNoBody(this.#status)) response.endWithoutBody();
    else if (this.method === 'HEAD') response.endWithoutBody(chunked ? undefined : sizeOf(bytes));
    else response.end(bytes ?? '', this.bodyPending);
  }

  abort(): void {
    if (this.#closed) return;
    this.#settle();
    this.#response.close();
  }

  cork(run: () => void): void {
    if (this.#closed) run();
    else this.#response.cork(run);
  }

  /** The connection is a WebSocket now: nothing may be written here any more. */
  handOver(): void {
    this.#settle();
  }

  #startBody(): void {
    if (this.#chunked) return;
    this.#chunked = true;
    this.#writeHead();
  }

  #writeHead(): void {
    this.#headSent = true;
    const response = this.#response;
    response.writeStatus(statusLine(this.#status));
    const headers = this.#replyHeaders;
    for (let index = 0; index < headers.length; index += 2) {
      response.writeHeader(headers[index] as string, headers[index + 1] as string);
    }
  }

  /** An empty cork makes the server send what it holds; by itself it would wait for the next write. */
  #onWritable(): boolean {
    if (this.#closed) return true;
    this.#response.cork(() => undefined);
    this.#buffered = 0;
    this.onDrain?.();
    return true;
  }

  #onAborted(): void {
    if (this.#closed) return;
    this.#settle();
    this.onClose?.();
  }

  #settle(): void {
    this.#closed = true;
    this.#buffered = 0;
    this.onSettled?.();
  }
}

const sizeOf = (bytes: Uint8Array | string | undefined): number =>
  typeof bytes === 'string' ? Buffer.byteLength(bytes) : (bytes?.byteLength ?? 0);

/** Text of the peer's address; IPv4 addresses in IPv6 form lose their prefix. */
function addressOf(response: HttpResponse): string {
  const text = Buffer.from(response.getRemoteAddressAsText()).toString('latin1');
  const mapped =
    /^0000:0000:0000:0000:0000:ffff:([0-9a-f]{2})([0-9a-f]{2}):([0-9a-f]{2})([0-9a-f]{2})$/;
  const match = mapped.exec(text);
  if (match === null) return text;
  return match
    .slice(1)
    .map((hex) => Number.parseInt(hex, 16))
    .join('.');
}

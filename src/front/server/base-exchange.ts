/** What an exchange is on either server: the request's head, and who is to be told of its end. */
import { headerValue } from '../../headers.ts';
import { peerOfText } from './peer.ts';
import type { BodyIntake } from './body-intake.ts';
import type { Exchange } from './types.ts';

/** Statuses whose answers have no body (RFC 9110, 15.3.5 and 15.4.5). */
const BODYLESS: ReadonlySet<number> = new Set([204, 304]);

/** See {@link Exchange}. */
export abstract class BaseExchange implements Exchange {
  readonly headers: string[] = [];
  onDrain: (() => void) | undefined = undefined;
  onClose: (() => void) | undefined = undefined;
  /** Reads the body, while there is one to read. */
  intake: BodyIntake | undefined = undefined;
  /** The connection takes no further request after this reply. */
  lastOfConnection = false;
  closed = false;

  protected status = 200;
  /** Header pairs that were not written yet. */
  protected pendingHead: string[] | undefined = [];
  #headSent = false;
  #peer: string | undefined;

  abstract readonly method: string;
  abstract readonly path: string;
  abstract readonly query: string;
  abstract readonly buffered: number;

  abstract write(bytes: Uint8Array | string): boolean;
  abstract end(bytes?: Uint8Array | string): void;
  abstract abort(): void;
  abstract cork(run: () => void): void;

  /** The connection's address while it is open; asked at most once. */
  protected abstract readPeer(): string;

  get headSent(): boolean {
    return this.#headSent;
  }

  /** Read on demand: an address that nobody asks for costs nothing. `''` once closed. */
  get peer(): string {
    if (this.#peer === undefined) this.#peer = this.closed ? '' : peerOfText(this.readPeer());
    return this.#peer;
  }

  header(name: string): string | undefined {
    return headerValue(this.headers, name);
  }

  head(status: number, headers: string[]): void {
    if (this.closed || this.#headSent) return;
    this.#headSent = true;
    this.status = status;
    this.pendingHead = headers;
  }

  /** HEAD, 204 and 304: whatever is written is left out. */
  protected get bodyless(): boolean {
    return this.method === 'HEAD' || BODYLESS.has(this.status);
  }

  /** Content-Length of a reply that ends without an earlier write; undefined: must not have one. */
  protected lengthOf(bytes: Uint8Array | string | undefined): number | undefined {
    if (BODYLESS.has(this.status)) return undefined;
    return typeof bytes === 'string' ? Buffer.byteLength(bytes) : (bytes?.byteLength ?? 0);
  }

  /** The first byte commits the reply, also without `head`. */
  protected commitHead(): void {
    this.#headSent = true;
    this.pendingHead = undefined;
  }

  /** The client left; reported once, and not after an end or an abort. */
  protected clientLeft(): void {
    if (this.closed) return;
    this.closed = true;
    this.intake = undefined;
    this.onClose?.();
  }
}

/**
 * One request and its reply on uWebSockets.js. The native response must not be touched after an
 * abort or after its end, so everything here looks at `#over` first.
 */
import { BaseExchange } from './base-exchange.ts';
import { bytesOfUtf8, safeNativeValue } from './header-text.ts';
import { SILENT_PEER_MS } from './limits.ts';
import { peerOfBytes } from './peer.ts';
import { statusLine } from './status-line.ts';
import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import type { Sweeper, Swept } from './sweep.ts';

/**
 * Bytes given to the native code in one call. What it can not send it copies; a large body is
 * therefore handed over in pieces, and the rest waits here uncopied.
 */
export const PIECE_BYTES = 64 * 1024;

/**
 * The native code cuts a connection that sends no body bytes, or takes no answer bytes, for 8 to
 * 12 s. Our own limits are longer, so its timer is set anew more often than that.
 */
const REARM_MS = 4000;

/** See `types.ts`. */
export class UwsExchange extends BaseExchange implements Swept {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Bytes of request line and headers. */
  readonly headBytes: number;

  readonly #response: HttpResponse;
  readonly #sweeper: Sweeper;
  /** Nothing may be called on the native response any more. */
  #over = false;
  #corked = false;
  #chunked = false;
  /** Set while the socket takes nothing: when that began. */
  #blockedAtMs: number | undefined;
  #watchesWritable = false;
  /** Bytes that the native code may hold, at most. */
  #given = 0;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #endsWhenDrained = false;
  #armedAtMs: number;

  constructor(response: HttpResponse, request: HttpRequest, sweeper: Sweeper) {
    super();
    this.#response = response;
    this.#sweeper = sweeper;
    this.#armedAtMs = sweeper.nowMs;
    this.method = request.getCaseSensitiveMethod().toUpperCase();
    this.path = bytesOfUtf8(request.getUrl());
    this.query = bytesOfUtf8(request.getQuery() ?? '');
    const { headers } = this;
    let bytes = this.method.length + this.path.length + this.query.length;
    request.forEach((name, value) => {
      bytes += name.length + value.length;
      headers.push(name, bytesOfUtf8(value));
    });
    this.headBytes = bytes;
    response.onAborted(() => this.#onAborted());
  }

  get buffered(): number {
    return this.#blockedAtMs === undefined ? 0 : this.#given + this.#heldBytes;
  }

  /** True when the native response is gone. */
  get over(): boolean {
    return this.#over;
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.closed || this.bodyless || bytes.length === 0) return true;
    const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    if (this.#blockedAtMs === undefined) return this.#give(data);
    this.#hold(data);
    return false;
  }

  end(bytes?: Uint8Array | string): void {
    if (this.closed) return;
    this.closed = true;
    this.intake = undefined;
    if (this.#blockedAtMs === undefined) {
      this.#finish(bytes);
      return;
    }
    if (bytes !== undefined && bytes.length > 0) {
      this.#hold(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    }
    this.#endsWhenDrained = true;
  }

  abort(): void {
    if (this.closed) return;
    this.closed = true;
    this.release();
    this.#response.close();
  }

  cork(run: () => void): void {
    if (this.#over || this.#corked) {
      run();
      return;
    }
    this.#corked = true;
    try {
      this.#response.cork(run);
    } finally {
      this.#corked = false;
    }
  }

  /** The native response is gone: ended, aborted, or a WebSocket now. */
  release(): void {
    this.#over = true;
    this.intake = undefined;
    this.#held = [];
    this.#heldBytes = 0;
    this.#blockedAtMs = undefined;
    this.#sweeper.delete(this);
  }

  sweep(nowMs: number): void {
    this.intake?.sweep(nowMs);
    if (this.#over) return;
    if (nowMs - (this.#blockedAtMs ?? nowMs) > SILENT_PEER_MS) {
      this.#response.close();
      return;
    }
    // An answer that is being written may be blocked without our knowledge: see `#give`.
    const waits = this.intake !== undefined || this.#chunked;
    if (!waits || nowMs - this.#armedAtMs < REARM_MS) return;
    this.#armedAtMs = nowMs;
    this.#response.pause();
    this.#response.resume();
  }

  protected readPeer(): string {
    return peerOfBytes(this.#response.getRemoteAddress());
  }

  /**
   * Passes data on until the socket takes no more. Up to 16 KiB per cork count as taken before the
   * socket was asked; the next write tells.
   */
  #give(data: Uint8Array): boolean {
    if (!this.#corked) {
      let taken = true;
      this.cork(() => (taken = this.#give(data)));
      return taken;
    }
    if (!this.#chunked) this.#writeHead(this.lastOfConnection);
    this.#chunked = true;
    for (let at = 0; at < data.byteLength; at += PIECE_BYTES) {
      const piece = data.subarray(at, at + PIECE_BYTES);
      if (this.#response.write(piece)) continue;
      this.#blockedAtMs = this.#sweeper.nowMs;
      this.#given += piece.byteLength;
      if (at + PIECE_BYTES < data.byteLength) this.#hold(data.subarray(at + PIECE_BYTES));
      this.#watchWritable();
      return false;
    }
    return true;
  }

  #hold(data: Uint8Array): void {
    this.#held.push(data);
    this.#heldBytes += data.byteLength;
  }

  #watchWritable(): void {
    if (this.#watchesWritable) return;
    this.#watchesWritable = true;
    this.#response.onWritable(() => {
      this.#onWritable();
      return true;
    });
  }

  #onWritable(): void {
    if (this.#over) return;
    // Whoever watches has to send what the native code holds; an empty cork does.
    this.#response.cork(() => undefined);
    if (this.#blockedAtMs === undefined) return;
    this.#blockedAtMs = undefined;
    this.#given = 0;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    const data = held.length > 1 ? Buffer.concat(held) : held[0];
    if (data !== undefined && !this.#give(data)) return;
    if (this.#endsWhenDrained) this.#finish(undefined);
    else this.onDrain?.();
  }

  #finish(bytes: Uint8Array | string | undefined): void {
    this.cork(() => {
      const response = this.#response;
      if (this.#chunked) response.end(bytes ?? '');
      else if (this.bodyless) {
        const length = this.lengthOf(bytes);
        this.#writeHead(this.lastOfConnection);
        // Not endWithoutBody(length): some native builds never finish such a reply.
        if (length !== undefined) response.writeHeader('Content-Length', String(length));
        response.endWithoutBody();
      } else {
        this.#writeHead(false);
        response.end(bytes ?? '', this.lastOfConnection);
      }
      this.release();
    });
  }

  /** `announceClose`: not for replies with a length, there the native code does it. */
  #writeHead(announceClose: boolean): void {
    const response = this.#response;
    const headers = this.pendingHead ?? [];
    response.writeStatus(statusLine(this.status));
    for (let index = 0; index < headers.length; index += 2) {
      response.writeHeader(headers[index] ?? '', safeNativeValue(headers[index + 1] ?? ''));
    }
    if (announceClose) response.writeHeader('Connection', 'close');
    this.commitHead();
  }

  #onAborted(): void {
    if (this.#over) return;
    this.release();
    this.clientLeft();
  }
}

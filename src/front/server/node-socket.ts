/** Client WebSockets on ws. */
import { clipReason, CUT } from './close-reason.ts';
import type { ClientSocket, SocketHandlers } from './types.ts';
import type { WebSocket } from 'ws';

/** See `types.ts`. */
export class NodeSocket implements ClientSocket {
  readonly #native: WebSocket;
  readonly #handlers: SocketHandlers;
  #closed = false;
  #blocked = false;
  #answered = true;

  constructor(native: WebSocket, handlers: SocketHandlers) {
    this.#native = native;
    this.#handlers = handlers;
    native.on('message', (data: Buffer, isBinary) => this.#received(data, isBinary));
    native.on('pong', () => (this.#answered = true));
    native.on('ping', () => (this.#answered = true));
    // Broken frames and resets: 'close' follows and carries the code.
    native.on('error', () => (this.#blocked = false));
    native.on('close', (code, reason) => this.#ended(code, reason.toString('utf8')));
    handlers.onOpen(this);
  }

  get closed(): boolean {
    return this.#closed;
  }

  get buffered(): number {
    return this.#closed ? 0 : this.#native.bufferedAmount;
  }

  send(text: string | Uint8Array): boolean {
    if (this.#closed) return true;
    this.#native.send(text, { binary: false }, this.#onSent);
    this.#blocked = this.#native.bufferedAmount > 0;
    return !this.#blocked;
  }

  ping(): void {
    if (!this.#closed) this.#native.ping();
  }

  /** ws gathers nothing; the kernel does. */
  cork(run: () => void): void {
    run();
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    const text = code === CUT ? '' : clipReason(reason);
    if (code === CUT) this.#native.terminate();
    else this.#native.close(code, text);
    this.#ended(code, text);
  }

  /** Called twice per silence limit: a peer that left the last ping without answer is cut. */
  checkAlive(): void {
    if (!this.#answered) this.#native.terminate();
    this.#answered = false;
    this.ping();
  }

  /** A field, so that sending makes no closure. */
  readonly #onSent = (): void => {
    if (!this.#blocked || this.#closed || this.#native.bufferedAmount > 0) return;
    this.#blocked = false;
    this.#handlers.onDrain(this);
  };

  #received(data: Buffer, isBinary: boolean): void {
    this.#answered = true;
    // Copied: it may be a view of a larger read buffer, and the application may keep it.
    if (!this.#closed) this.#handlers.onMessage(this, new Uint8Array(data), isBinary);
  }

  #ended(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handlers.onClose(this, { code, reason });
  }
}

/**
 * Back-pressure of one connection. Pausing undici's own parser is not safe: when the upstream ends a
 * paused answer that has no keep-alive, an assertion of undici 7 takes the whole thread down. So the
 * parser is starved instead: its reads find nothing while the gate is shut, the socket's buffer
 * (64 KiB) fills, and the system stops taking bytes from the upstream.
 */
import type { Socket } from 'node:net';
import { outsideParser } from './parser-turn.ts';

/** The gate in front of a socket's reads; open at first. */
export class ReadGate {
  readonly #socket: Socket;
  #shut = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => (this.#shut ? null : read(size));
  }

  /** Bytes already read from the socket still come: less than 64 KiB. */
  shut(): void {
    this.#shut = true;
  }

  open(): void {
    if (!this.#shut) return;
    this.#shut = false;
    outsideParser(() => {
      // The reader missed its events while it found nothing.
      if (!this.#shut && !this.#socket.destroyed) this.#socket.emit('readable');
    });
  }
}

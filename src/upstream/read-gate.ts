/**
 * Back-pressure of one connection. Pausing undici's own parser is not safe: when the upstream ends a
 * paused answer that has no keep-alive, an assertion of undici 7 takes the whole thread down. So the
 * parser is starved instead: its reads find nothing while the gate is shut, the socket's buffer
 * fills, and the system stops taking bytes from the upstream.
 */
import type { Socket } from 'node:net';
import { outsideParser } from './parser-turn.ts';

/**
 * Bytes that are read at once: what a slow client makes wait stays in the socket's buffer, once and
 * raw, instead of being parsed and copied ahead of its time.
 */
export const SLICE_BYTES = 16 * 1024;

/** The gate in front of a socket's reads; open at first. */
export class ReadGate {
  readonly #socket: Socket;
  #shut = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => {
      if (this.#shut) return null;
      const { readableLength } = socket;
      return read(size ?? (readableLength > SLICE_BYTES ? SLICE_BYTES : undefined));
    };
  }

  /** Bytes already read from the socket still come: at most {@link SLICE_BYTES}. */
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

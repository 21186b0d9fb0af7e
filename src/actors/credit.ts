/**
 * The credit window of one stream (design 2, rule 5): the front grants bytes as the client's socket
 * drains, the actor pauses the upstream when none are left.
 */

/**
 * Bytes a stream may have on the way to one client. With 1 000 slow readers this is what a fast
 * upstream can pile up in the front: 32 MB. Smaller windows cost throughput on fast links.
 */
export const STREAM_WINDOW_BYTES = 32 * 1024;

/** Counts bytes sent against bytes granted. Never blocks: it only says when to pause. */
export class CreditWindow {
  #left: number;

  constructor(initialBytes: number) {
    this.#left = initialBytes;
  }

  /** True when the upstream has to be paused. A single chunk may overdraw the window. */
  get exhausted(): boolean {
    return this.#left <= 0;
  }

  /** Notes bytes that were sent; returns true when this call exhausted the window. */
  spend(bytes: number): boolean {
    const before = this.#left;
    this.#left -= bytes;
    return before > 0 && this.#left <= 0;
  }

  /** Adds granted bytes; returns true when this call opened an exhausted window. */
  grant(bytes: number): boolean {
    const before = this.#left;
    this.#left += bytes;
    return before <= 0 && this.#left > 0;
  }
}

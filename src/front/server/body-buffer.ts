/**
 * Gathers a request body into one buffer of exactly its size. With a known length each byte is
 * copied once; chunks whose memory will be reused are copied at once.
 */

/** Bytes of one body; refuses what goes beyond the limit. */
export class BodyBuffer {
  readonly #limit: number;
  #known: Uint8Array | undefined;
  #chunks: Uint8Array[] = [];
  #size = 0;

  /** `announced`: Content-Length, undefined for chunked bodies. */
  constructor(limit: number, announced: number | undefined) {
    this.#limit = limit;
    if (announced !== undefined && announced <= limit) this.#known = new Uint8Array(announced);
  }

  /** Copies a chunk. False: the limit is passed, and what was gathered is let go. */
  add(chunk: Uint8Array): boolean {
    const end = this.#size + chunk.byteLength;
    if (end > this.#limit) {
      this.#chunks = [];
      this.#known = undefined;
      return false;
    }
    if (this.#known !== undefined && end <= this.#known.byteLength)
      this.#known.set(chunk, this.#size);
    else this.#chunks.push(chunk.slice());
    this.#size = end;
    return true;
  }

  /** The whole body. */
  take(): Uint8Array {
    if (this.#chunks.length === 0) return (this.#known ?? EMPTY).subarray(0, this.#size);
    const [only] = this.#chunks;
    if (this.#chunks.length === 1 && only?.byteLength === this.#size) return only;
    const parts = this.#known === undefined ? this.#chunks : [this.#known, ...this.#chunks];
    return Buffer.concat(parts, this.#size);
  }
}

const EMPTY = new Uint8Array(0);

/** A Content-Length as a number; undefined when there is none or it is not usable. */
export function announcedLength(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

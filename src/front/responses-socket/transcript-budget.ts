/**
 * The transcripts of all sockets of a front whose upstreams keep none, within a budget of bytes. A
 * socket that lost its transcript is told that the previous answer is not known, and sends everything
 * again: that is what its client does after a lost connection too.
 */

/** Bytes of all transcripts of a front: about a thousand long conversations (clients.md 4.5). */
export const TRANSCRIPT_BUDGET_BYTES = 256 * 1024 * 1024;

/** What has a size. */
export interface Sized {
  /** Bytes it holds. */
  readonly bytes: number;
}

/** Values by owner, least recently used first. */
export class TranscriptBudget<Owner extends object, Value extends Sized> {
  readonly #kept = new Map<Owner, Value>();
  readonly #limitBytes: number;
  #bytes = 0;

  constructor(limitBytes: number = TRANSCRIPT_BUDGET_BYTES) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes that are kept now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The owner's value, which counts as used now. */
  of(owner: Owner): Value | undefined {
    const value = this.#kept.get(owner);
    if (value === undefined) return undefined;
    this.#kept.delete(owner);
    this.#kept.set(owner, value);
    return value;
  }

  /** Replaces the owner's value; others go until all fit. One larger than the budget is not kept. */
  keep(owner: Owner, value: Value): void {
    this.drop(owner);
    if (value.bytes > this.#limitBytes) return;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes + value.bytes <= this.#limitBytes) break;
      this.drop(oldest);
    }
    this.#kept.set(owner, value);
    this.#bytes += value.bytes;
  }

  drop(owner: Owner): void {
    const value = this.#kept.get(owner);
    if (value === undefined) return;
    this.#kept.delete(owner);
    this.#bytes -= value.bytes;
  }
}

/**
 * Shared marks that outlive a host's crash: one byte per open stream, set by the host right before
 * the turn goes to the upstream. After a crash the front reads them to know which turns were never
 * sent, and may be routed again, and which may have been billed, and may not (design 8).
 */

/** Streams one front can have open on one host with a mark of their own. */
export const BOARD_SLOTS = 65_536;

/** No free slot was left: such a stream counts as sent. */
export const NO_SLOT = -1;

const SENT = 1;

/** The memory of a board, to be shared with the host. */
export function newBoardMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(BOARD_SLOTS);
}

/** The host's end: marks only. */
export class DispatchMarks {
  readonly #marks: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.#marks = new Uint8Array(memory);
  }

  /** The turn in this slot is about to be sent to its upstream. */
  markSent(slot: number): void {
    if (slot !== NO_SLOT) Atomics.store(this.#marks, slot, SENT);
  }
}

/** The front's end: hands out slots and reads marks. */
export class DispatchBoard {
  readonly #marks: Uint8Array;
  readonly #free: number[] = [];
  #next = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#marks = new Uint8Array(memory);
  }

  /** A cleared slot, or {@link NO_SLOT}. */
  take(): number {
    const slot = this.#free.pop() ?? (this.#next < BOARD_SLOTS ? this.#next++ : NO_SLOT);
    if (slot !== NO_SLOT) Atomics.store(this.#marks, slot, 0);
    return slot;
  }

  release(slot: number): void {
    if (slot !== NO_SLOT) this.#free.push(slot);
  }

  /** May the turn in this slot have reached its upstream? */
  mayBeSent(slot: number): boolean {
    return slot === NO_SLOT || Atomics.load(this.#marks, slot) === SENT;
  }
}

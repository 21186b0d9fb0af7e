/**
 * Turns that wait for their credential (its token is being read or refreshed). First in, first out,
 * bounded; what does not fit is refused with `mailbox_full`, and the front tries the next candidate.
 */

/** Waiting turns per credential: far above what one account serves at once, small in memory. */
export const MAILBOX_CAPACITY = 1024;

/** A bounded first-in first-out queue of work items. */
export class Mailbox<Item> {
  #items: Item[] = [];
  readonly #capacity: number;

  constructor(capacity: number = MAILBOX_CAPACITY) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Adds an item; false when the mailbox is full. */
  offer(item: Item): boolean {
    if (this.#items.length >= this.#capacity) return false;
    this.#items.push(item);
    return true;
  }

  /** Takes one item out again (its client left). */
  remove(item: Item): boolean {
    const index = this.#items.indexOf(item);
    if (index < 0) return false;
    this.#items.splice(index, 1);
    return true;
  }

  /** Takes everything that waits, in order. */
  takeAll(): Item[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}

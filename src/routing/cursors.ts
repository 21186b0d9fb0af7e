/** Cursors of all models and priority groups of one front, and the turns of upstream pools. */
import { newCursor, type Cursor } from './select.ts';

/**
 * Cursors kept (routing.md 4.5). At the limit all are dropped: every group starts again at its
 * first member, which costs nothing but the order.
 */
export const MAX_CURSORS = 4096;

/** See {@link Cursor}. */
export class Cursors {
  readonly #cursors = new Map<string, Cursor>();

  /** The cursor of one group; made on first use. */
  of(key: string): Cursor {
    const known = this.#cursors.get(key);
    if (known !== undefined) return known;
    if (this.#cursors.size >= MAX_CURSORS) this.#cursors.clear();
    const made = newCursor();
    this.#cursors.set(key, made);
    return made;
  }

  clear(): void {
    this.#cursors.clear();
  }
}

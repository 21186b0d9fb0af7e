/**
 * Keys in the order in which they were last written, with their expiry: tells which records have
 * to go. Bindings get a fixed lifetime at every write, so the oldest written expires first and only
 * the front has to be looked at; a record that expires out of order goes when it reaches the front.
 */
export class KeyOrder {
  readonly #expiry = new Map<string, number>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#expiry.size;
  }

  /** Moves a key to the end. */
  touch(key: string, expiresAtMs: number): void {
    this.#expiry.delete(key);
    this.#expiry.set(key, expiresAtMs);
  }

  delete(key: string): void {
    this.#expiry.delete(key);
  }

  /** Takes out the keys that are expired or too many, oldest first. */
  takeOverdue(nowMs: number): string[] {
    const overdue: string[] = [];
    for (const [key, expiresAtMs] of this.#expiry) {
      if (expiresAtMs > nowMs && this.#expiry.size <= this.#limit) break;
      this.#expiry.delete(key);
      overdue.push(key);
    }
    return overdue;
  }
}

/**
 * One coarse timer for all keep-alives and waits of a front: thousands of streams cost one interval.
 * A beat can come up to `TICK_MS` late, which no client notices.
 */

/** Resolution of the shared timer, milliseconds. */
export const TICK_MS = 100;

/** A running beat or wait; `stop` is safe at any time. */
export interface Beat {
  stop(): void;
}

interface Entry extends Beat {
  dueAt: number;
  everyMs: number;
  run: () => void;
}

/** The shared timer. It holds the process only while something waits. */
export class Ticker {
  readonly #entries = new Set<Entry>();
  readonly #now: () => number;
  #interval: NodeJS.Timeout | undefined;

  /** `now`: a monotonic clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Calls `run` every `everyMs` until stopped. */
  every(everyMs: number, run: () => void): Beat {
    return this.#add(everyMs, everyMs, run);
  }

  /** Calls `run` once after `ms`. */
  after(ms: number, run: () => void): Beat {
    return this.#add(ms, 0, run);
  }

  #add(firstMs: number, everyMs: number, run: () => void): Beat {
    const entry: Entry = {
      dueAt: this.#now() + firstMs,
      everyMs,
      run,
      stop: () => this.#remove(entry),
    };
    this.#entries.add(entry);
    this.#interval ??= setInterval(() => this.#tick(), TICK_MS);
    return entry;
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry);
    if (this.#entries.size > 0 || this.#interval === undefined) return;
    clearInterval(this.#interval);
    this.#interval = undefined;
  }

  #tick(): void {
    const now = this.#now();
    // Only what was there before: a beat that adds a wait of 0 ms must not keep this loop going.
    for (const entry of [...this.#entries]) {
      if (!this.#entries.has(entry)) continue;
      if (entry.dueAt > now) continue;
      if (entry.everyMs > 0) entry.dueAt = now + entry.everyMs;
      else this.#remove(entry);
      entry.run();
    }
  }
}

/**
 * One slow timer per server instead of one timer per request: everything that waits for a client
 * (a body, a reader) is looked at in turn.
 */

/** Milliseconds between two sweeps: fine enough for limits of seconds, and no load when idle. */
export const SWEEP_MS = 1000;

/** The shortest interval, for request timeouts far below a second. */
const SHORTEST_SWEEP_MS = 10;

/** Something that waits for a client. */
export interface Swept {
  sweep(nowMs: number): void;
}

/** Members are open connections at most, so file descriptors bound the set. */
export class Sweeper {
  readonly #members = new Set<Swept>();
  readonly #timer: NodeJS.Timeout;
  #nowMs = performance.now();

  /** A request timeout is met within a quarter of itself, or a second. */
  constructor(requestTimeoutMs: number) {
    const quarter = requestTimeoutMs > 0 ? requestTimeoutMs / 4 : SWEEP_MS;
    const everyMs = Math.max(SHORTEST_SWEEP_MS, Math.min(SWEEP_MS, quarter));
    this.#timer = setInterval(() => this.#sweep(), everyMs);
    this.#timer.unref();
  }

  /** Monotonic milliseconds of the last sweep: good enough for deadlines, and free. */
  get nowMs(): number {
    return this.#nowMs;
  }

  add(member: Swept): void {
    this.#members.add(member);
  }

  delete(member: Swept): void {
    this.#members.delete(member);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#members.clear();
  }

  #sweep(): void {
    this.#nowMs = performance.now();
    for (const member of this.#members) member.sweep(this.#nowMs);
  }
}

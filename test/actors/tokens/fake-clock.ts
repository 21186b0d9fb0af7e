/** A clock that a test moves by hand. */
import type { KeeperClock } from '../../../src/actors/tokens/clock.ts';

interface Timer {
  atMs: number;
  run: () => void;
}

export class FakeClock implements KeeperClock {
  readonly #timers = new Set<Timer>();
  /** What `random` gives. */
  chance = 0;
  #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now = (): number => this.#nowMs;

  random = (): number => this.chance;

  after = (ms: number, run: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Milliseconds until each timer that runs now, shortest first. */
  get waits(): number[] {
    return [...this.#timers].map(({ atMs }) => atMs - this.#nowMs).sort((one, two) => one - two);
  }

  /** Moves on and runs what is due by then. */
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const timer of [...this.#timers]) {
      if (timer.atMs > this.#nowMs || !this.#timers.delete(timer)) continue;
      timer.run();
    }
  }
}

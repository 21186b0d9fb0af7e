/** One timer for the limits of all calls: a timer per call or per chunk costs more than the chunk. */
import type { UpstreamClock } from './clock.ts';

/** Milliseconds between two looks. Limits are seconds long: they fire at most this much too late. */
export const TICK_MS = 250;

/** Something that has a limit at times. */
export interface Watched {
  onTick(now: number): void;
}

/** Looks at every watched call once per {@link TICK_MS}; without calls no timer runs. */
export class Deadlines {
  readonly #clock: UpstreamClock;
  readonly #watched = new Set<Watched>();
  #stop: (() => void) | undefined;

  constructor(clock: UpstreamClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  watch(one: Watched): void {
    this.#watched.add(one);
    this.#stop ??= this.#clock.every(TICK_MS, () => this.#tick());
  }

  forget(one: Watched): void {
    this.#watched.delete(one);
  }

  /** Stops the timer; a call that is watched later starts it again. */
  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #tick(): void {
    // The timer outlives short calls: making one for each would cost more than a look at nothing.
    if (this.#watched.size === 0) return this.stop();
    const now = this.#clock.now();
    for (const one of this.#watched) one.onTick(now);
  }
}

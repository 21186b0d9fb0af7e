/** Time and chance of the token keepers; tests replace them. */

/** What a keeper needs of the world's time. */
export interface KeeperClock {
  /** Unix ms. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Runs once after that many milliseconds; the result cancels it. Keeps no thread alive. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: KeeperClock = {
  now: Date.now,
  random: Math.random,
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after that many milliseconds. */
export const pause = (clock: KeeperClock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve));

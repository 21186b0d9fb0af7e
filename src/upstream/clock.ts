/** Time of the upstream limits; tests replace it. */

/** What the limits need of the world's time. */
export interface UpstreamClock {
  /** Milliseconds that never go back; only differences mean something. */
  now(): number;
  /** Runs every `ms` milliseconds until the result is called. Keeps no thread alive. */
  every(ms: number, run: () => void): () => void;
}

export const systemClock: UpstreamClock = {
  now: () => performance.now(),
  every(ms, run) {
    const timer = setInterval(run, ms).unref();
    return () => clearInterval(timer);
  },
};

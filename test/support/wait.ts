/**
 * Waiting for a condition instead of for a time. Uses the real clock even when a test has mocked
 * the timers: the functions are taken before any test can replace them.
 */
const realSetTimeout = globalThis.setTimeout;
const realNow = performance.now.bind(performance);

/** Milliseconds between two looks: short enough to cost a test nothing. */
const POLL_MS = 2;

/** Default patience; only a failing test uses it up, so it is long enough for a busy machine. */
const PATIENCE_MS = 30_000;

/**
 * Resolves with the first truthy result of `condition`.
 * @throws Error with `message` when the patience is used up.
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  message: string,
  options: { timeoutMs?: number } = {},
): Promise<NonNullable<T>> {
  const deadline = realNow() + (options.timeoutMs ?? PATIENCE_MS);
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (realNow() > deadline) throw new Error(`waited in vain: ${message}`);
    await new Promise((resolve) => realSetTimeout(resolve, POLL_MS));
  }
}

/** A step that the test itself opens: `await gate.passed` here, `gate.open()` there. */
export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
}

/** Makes a closed gate. */
export function makeGate(): Gate {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

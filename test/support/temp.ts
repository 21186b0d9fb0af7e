/** Temporary folders that disappear with the test that made them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the clean-up is registered: a test context, or `{ after }` of node:test for a suite. */
export interface Cleanup {
  after(run: () => Promise<void>): void;
}

/**
 * Makes an empty folder of its own for this test. Removing it is tried again: node:test runs
 * `after` hooks in the order they were made, so what a later hook closes may still write here.
 */
export async function tempDir(test: Cleanup): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'switchyard-test-'));
  test.after(() => rm(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

/** What a `before` hook starts and the whole suite uses: `undo` belongs into an `after` hook. */
export function collectedCleanup(): Cleanup & { undo(): Promise<void> } {
  const steps: Parameters<Cleanup['after']>[0][] = [];
  return {
    after: (step) => void steps.push(step),
    undo: async () => {
      for (const step of steps.reverse()) await step();
    },
  };
}

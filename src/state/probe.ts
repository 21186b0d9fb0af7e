/** Tries a store before this process opens it (child.ts says why). */
import { runStoreChild } from './child.ts';

/** Resolves with undefined when the store in `dir` can be read and written, else with the reason. */
export async function probeStore(dir: string): Promise<string | undefined> {
  const outcome = await runStoreChild('probe-child', dir);
  return outcome.ok ? undefined : outcome.reason;
}

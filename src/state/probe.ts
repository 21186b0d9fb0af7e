/**
 * Tries a store in a process of its own. LMDB trusts its file: damaged pages end in a segmentation
 * fault that no handler can catch, so the first reader is one that may die.
 */
import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A whole store is read in well under a second; beyond this it is taken as damaged. */
export const PROBE_LIMIT_MS = 10_000;

/** Resolves with undefined when the store in `dir` can be read and written, else with the reason. */
export function probeStore(dir: string): Promise<string | undefined> {
  const entry = new URL(`./probe-child${extname(import.meta.url)}`, import.meta.url);
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(entry), [dir], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const limit = setTimeout(() => child.kill('SIGKILL'), PROBE_LIMIT_MS);
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr = lastLines(stderr + chunk.toString())));
    child.on('error', (error) => finish(error.message));
    child.on('close', (status, signal) => {
      if (status === 0) finish(undefined);
      else finish(signal === null ? stderr.trim() || `status ${status}` : `ended by ${signal}`);
    });
    function finish(reason: string | undefined): void {
      clearTimeout(limit);
      resolve(reason);
    }
  });
}

/** The end of the child's complaint is the part that says something. */
function lastLines(text: string): string {
  return text.slice(-500);
}

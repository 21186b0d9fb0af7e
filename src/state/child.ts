/**
 * Work on a store in a process of its own. LMDB trusts its file: damaged pages end in a segmentation
 * fault that no handler can catch, so the first reader is one that may die.
 */
import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHILD_OPTIONS } from '../threads/entry.ts';

/** A whole store is read in well under a second; beyond this it is taken as damaged. */
export const CHILD_LIMIT_MS = 10_000;

/** Characters kept of what the process complained about. */
const COMPLAINT_CHARS = 500;

/** How the process ended: with success and perhaps a message, or not, and why. */
export type ChildOutcome = { ok: true; message: unknown } | { ok: false; reason: string };

/** Runs `./<name>` with the store's folder as its argument. Never rejects. */
export function runStoreChild(name: string, dir: string): Promise<ChildOutcome> {
  const entry = new URL(`./${name}${extname(import.meta.url)}`, import.meta.url);
  return new Promise((resolve) => {
    const stdio = ['ignore', 'ignore', 'pipe', 'ipc'] as const;
    const child = fork(fileURLToPath(entry), [dir], { ...CHILD_OPTIONS, stdio: [...stdio] });
    const limit = setTimeout(() => child.kill('SIGKILL'), CHILD_LIMIT_MS);
    let stderr = '';
    let message: unknown = undefined;
    child.stderr?.on('data', (chunk: Buffer) => (stderr = lastLines(stderr + chunk.toString())));
    child.on('message', (sent) => (message = sent));
    child.on('error', (error) => finish({ ok: false, reason: error.message }));
    child.on('close', (status, signal) => {
      if (status === 0) return finish({ ok: true, message });
      const ending = signal === null ? stderr.trim() || `status ${status}` : `ended by ${signal}`;
      finish({ ok: false, reason: ending });
    });
    function finish(outcome: ChildOutcome): void {
      clearTimeout(limit);
      resolve(outcome);
    }
  });
}

/** The end of the child's complaint is the part that says something. */
function lastLines(text: string): string {
  return text.slice(-COMPLAINT_CHARS);
}

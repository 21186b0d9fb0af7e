/** The sandbox in a worker thread, so that trying Switchyard costs its own threads nothing. */
import { Worker, type MessagePort } from 'node:worker_threads';
import { THREAD_OPTIONS, threadEntry } from '../threads/entry.ts';
import { startSandbox } from './server.ts';

/** A sandbox that runs in a thread of its own. */
export interface SandboxThread {
  readonly origin: string;
  close(): Promise<void>;
}

/** Starts the thread. Rejects when it can not listen. */
export async function startSandboxThread(): Promise<SandboxThread> {
  const worker = new Worker(threadEntry('sandbox'), { ...THREAD_OPTIONS, name: 'sandbox' });
  const origin = await originOf(worker);
  // The program lives as long as it serves; the sandbox alone does not keep it up.
  worker.unref();
  return {
    origin,
    close: async () => {
      await worker.terminate();
    },
  };
}

/** The first message of the thread is its origin; the end of the thread is a failure. */
function originOf(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the sandbox thread ended with ${code}`)));
  });
}

/** The thread's side: starts a sandbox and tells its origin. */
export async function serveSandbox(parent: MessagePort): Promise<void> {
  const sandbox = await startSandbox();
  parent.postMessage(sandbox.origin);
}

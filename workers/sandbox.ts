/** Thread entry of the sandbox. */
import { parentPort } from 'node:worker_threads';
import { guardWorker } from '../src/observe/process-guards.ts';
import { serveSandbox } from '../src/sandbox/thread.ts';

guardWorker();
if (parentPort !== null) await serveSandbox(parentPort);

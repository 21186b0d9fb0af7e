/** Thread entry of an actor host. */
import { parentPort } from 'node:worker_threads';
import { guardWorker } from '../src/observe/process-guards.ts';
import { serveHost } from '../src/actors/host-thread.ts';

guardWorker();
if (parentPort !== null) serveHost(parentPort);

/** Thread entry of a front. */
import { parentPort } from 'node:worker_threads';
import { guardWorker } from '../src/observe/process-guards.ts';
import { serveFront } from '../src/front/front-thread.ts';

guardWorker();
if (parentPort !== null) serveFront(parentPort);

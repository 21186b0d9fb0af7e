/** Logs from two threads at once; then a worker, and in mode `crash` the main thread, fails. */
import { once } from 'node:events';
import { isMainThread, Worker } from 'node:worker_threads';
import { throughTsx } from '../../src/threads/entry.ts';
import { loggerFor } from '../../src/observe/log.ts';
import { guardMain, guardWorker } from '../../src/observe/process-guards.ts';

const LINES = 2000;

function chatter(component: string): void {
  const log = loggerFor(component);
  for (let index = 0; index < LINES; index += 1) {
    log.info({ index, filler: 'x'.repeat(index % 300) }, 'line');
  }
}

if (isMainThread) {
  guardMain();
  const worker = new Worker(throughTsx(new URL(import.meta.url)));
  chatter('main-lines');
  const [status] = (await once(worker, 'exit')) as [number];
  if (process.argv[2] === 'crash') setImmediate(() => JSON.parse('not json'));
  else loggerFor('main').info(`worker ended with ${status}`);
} else {
  guardWorker();
  chatter('worker-lines');
  void Promise.reject(new Error('nobody looks'));
}

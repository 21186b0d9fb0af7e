/** Memory and sockets of a process that runs with `heap-probe.mjs`, after it has collected its garbage. */
import { readdirSync } from 'node:fs';
import type { Measured } from '../bench/processes.ts';

/** What is left. */
export interface Memory {
  rssBytes: number;
  /** V8 heap and external memory of all threads. */
  heapBytes: number;
  threads: number;
  /** Open file descriptors, nearly all of them sockets. */
  descriptors: number;
}

/** Time for a measurement: four collections in each thread. */
const MEASURE_MS = 30_000;

export function measureMemory({ child, pid }: Measured): Promise<Memory> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no measurement came')), MEASURE_MS);
    child.once('message', (memory) => {
      clearTimeout(timer);
      const descriptors = readdirSync(`/proc/${pid}/fd`).length;
      resolve({ ...(memory as Omit<Memory, 'descriptors'>), descriptors });
    });
    child.send('measure');
  });
}

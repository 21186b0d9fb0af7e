// Loaded into every thread of the measured proxy (`--import`, with `--expose-gc`): collects garbage
// and tells what is left, when the benchmark asks over the process's IPC channel.
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';
import { setTimeout as pause } from 'node:timers/promises';

/** Collections in a row: what one frees lets the next one free more. */
const COLLECTIONS = 4;
const PAUSE_MS = 100;
/** Time for all threads to answer; a thread that is gone does not. */
const ANSWER_MS = 5_000;

const channel = new BroadcastChannel('switchyard-heap-probe');
channel.unref();

async function heapOfThread() {
  for (let times = 0; times < COLLECTIONS; times += 1) {
    globalThis.gc();
    await pause(PAUSE_MS);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

if (isMainThread) {
  const threads = new Set();
  let answers = new Map();
  channel.onmessage = ({ data }) => {
    threads.add(data.thread);
    if (data.heapBytes !== undefined) answers.set(data.thread, data.heapBytes);
  };
  process.on('message', async (message) => {
    if (message !== 'measure') return;
    answers = new Map();
    channel.postMessage('measure');
    let heapBytes = await heapOfThread();
    for (let waited = 0; answers.size < threads.size && waited < ANSWER_MS; waited += PAUSE_MS) {
      await pause(PAUSE_MS);
    }
    for (const bytes of answers.values()) heapBytes += bytes;
    process.send({ heapBytes, threads: answers.size + 1, rssBytes: process.memoryUsage.rss() });
  });
} else {
  channel.postMessage({ thread: threadId });
  channel.onmessage = async ({ data }) => {
    if (data === 'measure')
      channel.postMessage({ thread: threadId, heapBytes: await heapOfThread() });
  };
}

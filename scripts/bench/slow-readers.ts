/** 1,000 clients that stop reading a fast 1 MB stream: how much memory does the proxy add? */
import { postRequest, slowReader } from './load.ts';
import { residentBytes, type Measured } from './processes.ts';

const READERS = 1_000;
/** Time for the upstream to push all it can, once every answer has begun. */
const SETTLE_MS = 5_000;

/** Prints the growth of resident memory of each process. */
export async function measureSlowReaders(targets: Measured[]): Promise<void> {
  console.log(`\n${READERS} slow readers of a 1 MB stream: memory added`);
  const body = JSON.stringify({
    model: 'bench-megabyte',
    stream: true,
    messages: [{ role: 'user', content: 'go' }],
  });
  for (const target of targets) {
    const before = residentBytes(target.pid, 'VmRSS');
    const request = postRequest(target.port, '/v1/chat/completions', body);
    const readers = Array.from({ length: READERS }, () => slowReader(target.port, request));
    const begun = await Promise.all(readers.map((reader) => reader.begun));
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const added = (residentBytes(target.pid, 'VmRSS') - before) / 1024 / 1024;
    const refused = begun.filter((ok) => !ok).length;
    const failed = refused === 0 ? '' : `  ${refused} FAILED`;
    console.log(`${target.name.padEnd(12)} ${added.toFixed(0)} MB${failed}`);
    for (const { socket } of readers) socket.destroy();
  }
}

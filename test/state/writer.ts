/** A process that writes pairs until it is killed, and reports each number after its commit. */
import { LmdbBackend } from '../../src/state/lmdb-backend.ts';
import { RecordStore } from '../../src/state/record-store.ts';
import { loggerFor } from '../../src/observe/log.ts';
import { credentialId } from '../../src/ids.ts';

const store = new RecordStore(new LmdbBackend(process.argv[2] ?? ''), {
  nowMs: Date.now,
  log: loggerFor('writer'),
  commitDelayMs: 0,
});
for (let number = 1; ; number += 1) {
  const value = {
    credential: credentialId(String(number)),
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    aliases: ['x'.repeat(number % 3000)],
  };
  await store.write([
    { op: 'put', kind: 'binding', key: 'left', value },
    { op: 'put', kind: 'binding', key: 'right', value },
    { op: 'put', kind: 'binding', key: `filler-${number}`, value },
  ]);
  process.send?.(number);
}

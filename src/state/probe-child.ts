/** Entry of the probing process: reads everything, writes nothing new, commits once. See probe.ts. */
import { LmdbBackend } from './lmdb-backend.ts';

const backend = new LmdbBackend(process.argv[2] ?? '');
let bytes = 0;
for (const kind of ['credential', 'binding'] as const) {
  for (const { value } of backend.load(kind)) bytes += value.byteLength;
}
// The free list is only read by a writer: remove a key that does not exist.
backend.commit([{ kind: 'binding', key: `probe:${bytes}`, value: undefined }]);
await backend.close();

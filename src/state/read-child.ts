/** Entry of the reading process: sends all states of credentials to its parent. See read-states.ts. */
import { loggerFor } from '../observe/log.ts';
import { LmdbBackend } from './lmdb-backend.ts';
import { RecordStore } from './record-store.ts';

const backend = new LmdbBackend(process.argv[2] ?? '', true);
const store = new RecordStore(backend, { nowMs: Date.now, log: loggerFor('store') });
const states = Object.fromEntries(await store.getAll('credential'));
await store.close();
process.send?.(states, () => process.disconnect());

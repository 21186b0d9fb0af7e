/** Where the store lies, and under which key the state of a credential is kept. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../config/types.ts';
import type { CredentialRecord } from '../credentials/record.ts';

/** LMDB's data file inside the store's folder. */
export const DATA_FILE = 'data.mdb';

/** Folder of the store below `auth-dir` when the configuration names none. */
const STORE_FOLDER = '.switchyard';

/** Hex characters of a record's hash in its key: enough to tell versions of one entry apart. */
const STAMP_LENGTH = 16;

/** The store's folder. */
export const storeFolder = ({ stateDir, authDir }: Pick<Config, 'stateDir' | 'authDir'>): string =>
  stateDir === '' ? join(authDir, STORE_FOLDER) : stateDir;

/** Id and a hash of everything the operator wrote: a changed entry starts clean. */
export function stateKey(record: CredentialRecord): string {
  const stamp = createHash('sha256').update(JSON.stringify(record)).digest('hex');
  return `${record.id}#${stamp.slice(0, STAMP_LENGTH)}`;
}

/**
 * Records in an embedded LMDB: one file, no server, every commit is whole or absent however the
 * process ends. The file is mapped into memory; the map grows with the data (a few MB in practice,
 * at most what `KINDS` allows) and the file is never shrunk, its free pages are used again. On
 * 32-bit systems the map ends near 2 GB. The binary comes prebuilt, without an install script.
 */
import { createHash } from 'node:crypto';
import { open, type RootDatabase } from 'lmdb';
import { Packr } from 'msgpackr';
import type { StoreKind } from './records.ts';
import type { BackendOperation, StoreBackend } from './store.ts';

/** LMDB takes keys of at most 1978 bytes; longer ones of ours (client-made) are hashed. */
export const MAX_KEY_BYTES = 1024;

/** First byte of a key in the file; one ordered range a kind. */
const PREFIX: Record<StoreKind, string> = { credential: 'c:', binding: 'b:' };

/** Sorts after every key of a range: the character behind the colon. */
const rangeEnd = (prefix: string): string => `${prefix.slice(0, -1)};`;

/** What lies under a key: the value, and the key itself where the file's key is a hash. */
type Stored = [Uint8Array] | [Uint8Array, string];

export class LmdbBackend implements StoreBackend {
  readonly durable = true;
  readonly #database: RootDatabase<Uint8Array, string>;
  readonly #packr = new Packr({ useRecords: false });

  /**
   * Creates `dir` when it is missing, unless it is only read: then nothing is written, and `commit`
   * throws. Throws when it can not be used.
   */
  constructor(dir: string, readOnly = false) {
    this.#database = open<Uint8Array, string>({
      path: dir,
      noSubdir: false,
      encoding: 'binary',
      readOnly,
    });
  }

  *load(kind: StoreKind): Iterable<{ key: string; value: Uint8Array }> {
    const prefix = PREFIX[kind];
    const range = this.#database.getRange({ start: prefix, end: rangeEnd(prefix) });
    for (const { key, value } of range) {
      const [bytes, longKey] = this.#packr.unpack(value) as Stored;
      yield { key: longKey ?? key.slice(prefix.length), value: bytes };
    }
  }

  /**
   * Synchronous, about 0.5 ms with its flush: lmdb's background writer reports a full disk through
   * promises that nobody holds, which would end the process.
   */
  commit(operations: BackendOperation[]): void {
    this.#database.transactionSync(() => {
      for (const { kind, key, value } of operations) {
        const { fileKey, longKey } = fileKeyOf(kind, key);
        if (value === undefined) this.#database.removeSync(fileKey);
        else this.#database.putSync(fileKey, this.#pack(value, longKey));
      }
    });
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  #pack(value: Uint8Array, longKey: string | undefined): Uint8Array {
    const stored: Stored = longKey === undefined ? [value] : [value, longKey];
    return Uint8Array.from(this.#packr.pack(stored));
  }
}

function fileKeyOf(kind: StoreKind, key: string): { fileKey: string; longKey?: string } {
  if (Buffer.byteLength(key) <= MAX_KEY_BYTES) return { fileKey: PREFIX[kind] + key };
  const hash = createHash('sha256').update(key).digest('hex');
  return { fileKey: `${PREFIX[kind]}sha256:${hash}`, longKey: key };
}

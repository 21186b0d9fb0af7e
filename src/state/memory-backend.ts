/** Records in memory: for tests, and for running on when the disk can not be used. */
import type { StoreKind } from './records.ts';
import type { BackendOperation, StoreBackend } from './store.ts';

export class MemoryBackend implements StoreBackend {
  readonly durable = false;
  readonly #records: Record<StoreKind, Map<string, Uint8Array>> = {
    credential: new Map(),
    binding: new Map(),
  };

  *load(kind: StoreKind): Iterable<{ key: string; value: Uint8Array }> {
    for (const [key, value] of this.#records[kind]) yield { key, value };
  }

  commit(operations: BackendOperation[]): void {
    for (const { kind, key, value } of operations) {
      if (value === undefined) this.#records[kind].delete(key);
      else this.#records[kind].set(key, value);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * The store's rules over any backend: encoding, checks on reading, size limits, expiry, and the
 * promise that a failing disk never fails a request.
 */
import { Packr } from 'msgpackr';
import type { Log } from '../observe/log.ts';
import { warn } from '../observe/warnings.ts';
import { KeyOrder } from './key-order.ts';
import { KINDS, type StoreKind, type StoreRecords } from './records.ts';
import type { BackendOperation, Store, StoreBackend, StoreChange, StoreHealth } from './store.ts';

/**
 * Milliseconds in which changes are gathered into one commit: at most ten flushes a second, and at
 * most this much is lost when the process is killed.
 */
export const COMMIT_DELAY_MS = 100;

/** Gathered changes at which the commit does not wait any longer. */
export const MAX_GATHERED_CHANGES = 5000;

/** Surroundings of a store. */
export interface StoreEnvironment {
  /** Unix ms. */
  nowMs(): number;
  log: Log;
  /** Default {@link COMMIT_DELAY_MS}. */
  commitDelayMs?: number;
}

/** Changes of one commit; a later change of a key replaces an earlier one. */
interface Batch {
  operations: Map<string, BackendOperation>;
  timer: NodeJS.Timeout;
  committed: Promise<void>;
  resolve: () => void;
}

export class RecordStore implements Store {
  readonly #backend: StoreBackend;
  readonly #environment: StoreEnvironment;
  readonly #packr = new Packr({ useRecords: false });
  readonly #order: Record<StoreKind, KeyOrder>;
  #batch: Batch | undefined;
  #lost = 0;
  #warned = false;
  #closed = false;

  constructor(backend: StoreBackend, environment: StoreEnvironment) {
    this.#backend = backend;
    this.#environment = environment;
    this.#order = {
      credential: new KeyOrder(KINDS.credential.maxEntries),
      binding: new KeyOrder(KINDS.binding.maxEntries),
    };
    this.#adopt('credential');
    this.#adopt('binding');
  }

  getAll<Kind extends StoreKind>(kind: Kind): Promise<Map<string, StoreRecords[Kind]>> {
    this.#commit();
    const { valid, unknownShapes } = this.#read(kind);
    if (unknownShapes > 0) {
      warn(this.#environment.log, 'SWY_W007', { kind, records: unknownShapes });
    }
    return Promise.resolve(valid);
  }

  put<Kind extends StoreKind>(kind: Kind, key: string, value: StoreRecords[Kind]): Promise<void> {
    return this.write([{ op: 'put', kind, key, value } as StoreChange]);
  }

  remove(kind: StoreKind, key: string): Promise<void> {
    return this.write([{ op: 'remove', kind, key }]);
  }

  write(changes: StoreChange[]): Promise<void> {
    if (this.#closed) {
      this.#lose(changes.length, 'the store is closed');
      return Promise.resolve();
    }
    const batch = (this.#batch ??= this.#openBatch());
    for (const operation of this.#encode(changes)) {
      batch.operations.set(`${operation.kind}:${operation.key}`, operation);
    }
    if (batch.operations.size >= MAX_GATHERED_CHANGES) this.#commit();
    return batch.committed;
  }

  health(): StoreHealth {
    return {
      durable: this.#backend.durable,
      entries: { credential: this.#order.credential.size, binding: this.#order.binding.size },
      lostChanges: this.#lost,
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#commit();
    await this.#backend.close();
  }

  #openBatch(): Batch {
    let resolve = (): void => undefined;
    const committed = new Promise<void>((settle) => (resolve = settle));
    const delay = this.#environment.commitDelayMs ?? COMMIT_DELAY_MS;
    const timer = setTimeout(() => this.#commit(), delay);
    return { operations: new Map(), timer, committed, resolve };
  }

  #commit(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    clearTimeout(batch.timer);
    try {
      this.#backend.commit([...batch.operations.values()]);
    } catch (error) {
      this.#lose(batch.operations.size, error);
    }
    batch.resolve();
  }

  /** Learns the stored keys, soonest expiry first, and removes what is worthless. */
  #adopt(kind: StoreKind): void {
    const { valid, worthless } = this.#read(kind);
    const expiry = [...valid].map(([key, value]) => [key, expiresAtMs(kind, value)] as const);
    expiry.sort((a, b) => a[1] - b[1]);
    // As long expired: they are deleted together with the first write.
    for (const key of worthless) this.#order[kind].touch(key, 0);
    for (const [key, at] of expiry) this.#order[kind].touch(key, at);
  }

  #read<Kind extends StoreKind>(kind: Kind) {
    const now = this.#environment.nowMs();
    const valid = new Map<string, StoreRecords[Kind]>();
    const worthless: string[] = [];
    let unknownShapes = 0;
    for (const { key, value } of this.#backend.load(kind)) {
      const record = this.#decode(kind, value);
      if (record === undefined) unknownShapes += 1;
      if (record !== undefined && expiresAtMs(kind, record) > now) valid.set(key, record);
      else worthless.push(key);
    }
    return { valid, worthless, unknownShapes };
  }

  #decode<Kind extends StoreKind>(kind: Kind, value: Uint8Array): StoreRecords[Kind] | undefined {
    try {
      return KINDS[kind].schema.parse(this.#packr.unpack(value)) as StoreRecords[Kind];
    } catch {
      // Not readable or of another shape: the caller counts it and `getAll` logs the number.
      return undefined;
    }
  }

  #encode(changes: StoreChange[]): BackendOperation[] {
    const operations: BackendOperation[] = [];
    const kinds = new Set<StoreKind>();
    for (const change of changes) {
      const operation = this.#operationOf(change);
      if (operation === undefined) continue;
      operations.push(operation);
      kinds.add(change.kind);
    }
    const now = this.#environment.nowMs();
    for (const kind of kinds) {
      for (const key of this.#order[kind].takeOverdue(now)) {
        operations.push({ kind, key, value: undefined });
      }
    }
    return operations;
  }

  #operationOf(change: StoreChange): BackendOperation | undefined {
    const { kind, key } = change;
    if (change.op === 'remove') {
      this.#order[kind].delete(key);
      return { kind, key, value: undefined };
    }
    // A copy: pack() returns a view of a work buffer that the next call overwrites.
    const value = Uint8Array.from(this.#packr.pack(change.value));
    if (value.byteLength > KINDS[kind].maxValueBytes) {
      this.#lose(1, `a ${kind} record of ${value.byteLength} bytes is too large`);
      return undefined;
    }
    this.#order[kind].touch(key, expiresAtMs(kind, change.value));
    return { kind, key, value };
  }

  #lose(changes: number, cause: unknown): void {
    this.#lost += changes;
    if (this.#warned) return;
    this.#warned = true;
    warn(this.#environment.log, 'SWY_W006', { reason: String(cause) });
  }
}

function expiresAtMs<Kind extends StoreKind>(kind: Kind, value: StoreRecords[Kind]): number {
  const rules: { expiresAtMs(value: StoreRecords[Kind]): number } = KINDS[kind];
  return rules.expiresAtMs(value);
}

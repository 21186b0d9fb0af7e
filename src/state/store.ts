/**
 * The durable store: what the proxy learned and would miss after a restart (design 6). Narrow on
 * purpose, so that a shared store behind the same interface can follow. Written in the background
 * and read once at the start; the running program works on its own copies.
 */
import type { StoreKind, StoreRecords } from './records.ts';

/** One change; several go into one atomic write. */
export type StoreChange = {
  [Kind in StoreKind]:
    | { op: 'put'; kind: Kind; key: string; value: StoreRecords[Kind] }
    | { op: 'remove'; kind: Kind; key: string };
}[StoreKind];

/** Numbers for the health page. */
export interface StoreHealth {
  /** False: kept in memory only. */
  durable: boolean;
  entries: Record<StoreKind, number>;
  /** Changes that could not be stored: too large, refused by the disk, or after `close`. */
  lostChanges: number;
}

/**
 * Writes are gathered for a moment and resolve when they are committed. They never reject: a failed write is logged once
 * (SWY_W006) and counted, because no request may fail for the sake of its bookkeeping.
 */
export interface Store {
  /** All valid, unexpired records of a kind. */
  getAll<Kind extends StoreKind>(kind: Kind): Promise<Map<string, StoreRecords[Kind]>>;
  put<Kind extends StoreKind>(kind: Kind, key: string, value: StoreRecords[Kind]): Promise<void>;
  remove(kind: StoreKind, key: string): Promise<void>;
  /** All or nothing, also when the process is killed in between. */
  write(changes: StoreChange[]): Promise<void>;
  health(): StoreHealth;
  /** Commits what is waiting. Later writes are no-ops that count as lost. */
  close(): Promise<void>;
}

/**
 * Where encoded records lie. Implementations keep no policy: see `record-store.ts`. Synchronous,
 * because the records live in the process or in its memory map.
 */
export interface StoreBackend {
  readonly durable: boolean;
  /** Every stored pair of a kind. */
  load(kind: StoreKind): Iterable<{ key: string; value: Uint8Array }>;
  /** Atomic and on disk when it returns. Throws when nothing of it was stored. */
  commit(operations: BackendOperation[]): void;
  close(): Promise<void>;
}

/** One encoded change. */
export interface BackendOperation {
  kind: StoreKind;
  key: string;
  /** Undefined = remove. */
  value: Uint8Array | undefined;
}

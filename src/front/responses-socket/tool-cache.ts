/**
 * Tool calls and outputs of the turns that succeeded, by the session its client names (codex.md
 * 3.10): they mend inputs whose client lost a part. A session's entries go with its last socket.
 */
import { isCall, isCallOutput, type StoredItem } from './stored-item.ts';
import type { KnownCalls } from './tool-repair.ts';

/** Calls, and outputs, kept for one session; the oldest goes (codex.md 3.10). */
export const MAX_CACHED_CALLS = 256;

/** Characters of one kept item; a larger one is not kept, so its counterpart may be dropped. */
export const MAX_CACHED_ITEM = 256 * 1024;

/** Characters kept for all sessions of a front; beyond it those of the session opened first go. */
export const MAX_CACHED_CHARS = 64 * 1024 * 1024;

/** What the sessions of a front share. */
interface Room {
  /** Characters that are free. */
  chars: number;
  /** Clears other sessions than `keeper` until `chars` are free, or none is left. */
  free(chars: number, keeper: ToolCache): void;
}

/** Calls and outputs of one session. */
export class ToolCache implements KnownCalls {
  readonly #calls = new Map<string, StoredItem>();
  readonly #outputs = new Map<string, StoredItem>();
  readonly #room: Room;
  /** Sockets that use it. */
  users = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  callOf(callId: string): StoredItem | undefined {
    return this.#calls.get(callId);
  }

  outputOf(callId: string): StoredItem | undefined {
    return this.#outputs.get(callId);
  }

  /**
   * Takes what a successful turn held: its input and its answer. Calls that are not complete are left
   * out; so is all of a turn that ends behind the last socket, for nobody would clear it away.
   */
  record(items: readonly StoredItem[]): void {
    if (this.users === 0) return;
    for (const item of items) {
      if (isCall(item) && item.complete) this.#put(this.#calls, item);
      else if (isCallOutput(item)) this.#put(this.#outputs, item);
    }
  }

  clear(): void {
    for (const kind of [this.#calls, this.#outputs]) {
      for (const { raw } of kind.values()) this.#room.chars += raw.length;
      kind.clear();
    }
  }

  #put(kind: Map<string, StoredItem>, item: StoredItem): void {
    const { callId, raw } = item;
    if (callId === '' || raw.length > MAX_CACHED_ITEM) return;
    this.#drop(kind, callId);
    this.#room.free(raw.length, this);
    if (raw.length > this.#room.chars) return;
    for (const oldest of kind.keys()) {
      if (kind.size < MAX_CACHED_CALLS) break;
      this.#drop(kind, oldest);
    }
    kind.set(callId, item);
    this.#room.chars -= raw.length;
  }

  #drop(kind: Map<string, StoredItem>, callId: string): void {
    const item = kind.get(callId);
    if (item === undefined) return;
    kind.delete(callId);
    this.#room.chars += item.raw.length;
  }
}

/** The caches of a front. */
export class ToolCaches {
  readonly #caches = new Map<string, ToolCache>();
  readonly #room: Room;

  constructor(chars: number = MAX_CACHED_CHARS) {
    this.#room = { chars, free: (wanted, keeper) => this.#free(wanted, keeper) };
  }

  /** Sessions that have a cache now: never more than there are sockets. */
  get size(): number {
    return this.#caches.size;
  }

  /** A socket of this session opens. `''`: the client names none, so nothing is kept. */
  acquire(key: string): ToolCache | undefined {
    if (key === '') return undefined;
    const cache = this.#caches.get(key) ?? new ToolCache(this.#room);
    this.#caches.set(key, cache);
    cache.users += 1;
    return cache;
  }

  /** The socket closed. */
  release(key: string): void {
    const cache = this.#caches.get(key);
    if (cache === undefined) return;
    cache.users -= 1;
    if (cache.users > 0) return;
    cache.clear();
    this.#caches.delete(key);
  }

  #free(chars: number, keeper: ToolCache): void {
    for (const cache of this.#caches.values()) {
      if (this.#room.chars >= chars) return;
      if (cache !== keeper) cache.clear();
    }
  }
}

/**
 * What the proxy learned and keeps over a restart: cooldown states of credentials and bindings of
 * conversations. Holds the bindings for fronts that start later; everything goes to the store.
 */
import { bindingKey, type BindingKey, type CredentialId } from '../ids.ts';
import { KINDS, type BindingRecord } from '../state/records.ts';
import { openStore } from '../state/open-store.ts';
import { stateKey, storeFolder } from '../state/places.ts';
import type { BindingChange } from '../routing/bindings.ts';
import type { Config } from '../config/types.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import type { CredentialState } from '../credentials/state.ts';
import type { Log } from '../observe/log.ts';
import type { Store, StoreChange } from '../state/store.ts';

/** Cooldowns and bindings, in memory and in the store. */
export class Learned {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #stored: Map<string, CredentialState>;
  /** In the order of their last change: the first one goes when there are too many. */
  readonly #bindings: Map<BindingKey, BindingRecord>;
  #keys = new Map<CredentialId, string>();

  private constructor(
    store: Store,
    now: () => number,
    stored: Map<string, CredentialState>,
    bindings: Map<BindingKey, BindingRecord>,
  ) {
    this.#store = store;
    this.#now = now;
    this.#stored = stored;
    this.#bindings = bindings;
  }

  /** Opens the store and reads it once. A store that can not be used is replaced by memory. */
  static async open(
    config: Pick<Config, 'stateDir' | 'authDir'>,
    log: Log,
    now: () => number = Date.now,
  ): Promise<Learned> {
    const store = await openStore(storeFolder(config), { nowMs: now, log });
    const bindings = new Map<BindingKey, BindingRecord>();
    for (const [key, record] of await store.getAll('binding'))
      bindings.set(bindingKey(key), record);
    return new Learned(store, now, await store.getAll('credential'), bindings);
  }

  /**
   * These credentials exist from now on. Returns the stored states of those whose file or entry is
   * still the one the state was learned with (routing.md 6.6); the states of all others are dropped.
   */
  track(records: readonly CredentialRecord[]): Map<CredentialId, CredentialState> {
    this.#keys = new Map(records.map((record) => [record.id, stateKey(record)]));
    const current = new Set(this.#keys.values());
    const stale = [...this.#stored.keys()].filter((key) => !current.has(key));
    for (const key of stale) this.#stored.delete(key);
    this.#write(stale.map((key) => ({ op: 'remove', kind: 'credential', key })));
    const states = new Map<CredentialId, CredentialState>();
    for (const [id, key] of this.#keys) {
      const state = this.#stored.get(key);
      if (state !== undefined) states.set(id, state);
    }
    return states;
  }

  /** An actor published a changed state. */
  onState(credential: CredentialId, state: CredentialState): void {
    const key = this.#keys.get(credential);
    if (key === undefined) return;
    this.#stored.set(key, state);
    this.#write([{ op: 'put', kind: 'credential', key, value: state }]);
  }

  /** A front made, moved or dropped bindings. */
  onBindings(changes: readonly BindingChange[]): void {
    for (const { key, record } of changes) {
      this.#bindings.delete(key);
      if (record !== null) this.#bindings.set(key, record);
    }
    for (const key of this.#bindings.keys()) {
      if (this.#bindings.size <= KINDS.binding.maxEntries) break;
      this.#bindings.delete(key);
    }
    this.#write(
      changes.map(({ key, record }) =>
        record === null
          ? { op: 'remove', kind: 'binding', key }
          : { op: 'put', kind: 'binding', key, value: record },
      ),
    );
  }

  /** Bindings that are still worth something, for a front that starts. */
  bindings(): BindingChange[] {
    const now = this.#now();
    return [...this.#bindings]
      .filter(([, record]) => record.expiresAtMs > now)
      .map(([key, record]) => ({ key, record }));
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /** The store reports its failures itself and never rejects. */
  #write(changes: StoreChange[]): void {
    if (changes.length > 0) void this.#store.write(changes);
  }
}

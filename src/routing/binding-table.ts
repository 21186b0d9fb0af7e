/**
 * The bindings of conversations to credentials on one front (routing.md 5.4): bounded, with sliding
 * expiry, each conversation under all names it is known by. Changes are collected until they are
 * taken, so that they travel once per loop turn and not once per request.
 */
import { isCacheKey, type ConversationKeys } from './session.ts';
import { bindingKey, type BindingKey, type CredentialId } from '../ids.ts';
import type { BindingChange } from './bindings.ts';

/**
 * Keys kept per front, as many as the store keeps: an hour of a busy team has some thousands. At the
 * limit the one that was used longest ago goes.
 */
export const MAX_BINDING_KEYS = 50_000;

/** Names of one conversation beside its cache key; beyond it the oldest goes (routing.md 5.4). */
export const MAX_CONVERSATION_KEYS = 64;

/** A longer life is told to others once it grew by this part of the TTL: one write in many turns. */
const SLIDE_PARTS = 8;

/** Nobody else was told. */
const UNKNOWN = -1;
/** Others know an older version that misses a name or has another credential. */
const OUTDATED = 0;

/** One conversation's binding; shared by all of its keys. */
export interface Binding {
  credential: CredentialId;
  expiresAtMs: number;
  /** An answer came from this credential: only then others are told, and no fallback replaces it. */
  proven: boolean;
  /** `expiresAtMs` as others know it; {@link UNKNOWN} = they know nothing of this binding. */
  sharedUntilMs: number;
  /** In the order in which they were learned. */
  keys: BindingKey[];
}

/** All bindings. */
export class BindingTable {
  /** In order of use, so that the head is the oldest. */
  readonly #bindings = new Map<BindingKey, Binding>();
  #changes = new Map<BindingKey, BindingChange>();
  #ttlMs: number;
  readonly #onChange: () => void;

  /** `onChange`: there are changes to take; called once until they are taken. */
  constructor(ttlMs: number, onChange: () => void) {
    this.#ttlMs = ttlMs;
    this.#onChange = onChange;
  }

  /** Keys in use. */
  get size(): number {
    return this.#bindings.size;
  }

  /** The conversation's binding, by its key or its alias. */
  find({ key, alias }: ConversationKeys, nowMs: number): Binding | undefined {
    const own = this.#live(key, nowMs);
    if (own !== undefined || alias === undefined) return own;
    return this.#live(alias, nowMs);
  }

  /** The credential was chosen and is about to be tried: turns at the same time shall meet there. */
  bind(keys: ConversationKeys, credential: CredentialId, nowMs: number): void {
    const binding = this.find(keys, nowMs) ?? this.#fresh(credential);
    if (binding.credential !== credential) {
      binding.credential = credential;
      binding.proven = false;
      outdate(binding);
    }
    this.#touch(binding, keys, nowMs);
  }

  /** The credential answered: the binding is known to hold, and others are told. */
  prove(keys: ConversationKeys, credential: CredentialId, nowMs: number): void {
    const binding = this.find(keys, nowMs);
    // A proven binding to another credential outlives a fallback that helped out (design 8).
    if (binding?.proven === true && binding.credential !== credential) return;
    this.bind(keys, credential, nowMs);
    const proven = this.find(keys, nowMs);
    if (proven === undefined) return;
    proven.proven = true;
    const grown = proven.expiresAtMs - proven.sharedUntilMs;
    if (grown >= this.#ttlMs / SLIDE_PARTS) this.#share(proven);
  }

  /** The credential failed: its binding goes, if it still is its own. */
  release(keys: ConversationKeys, credential: CredentialId, nowMs: number): void {
    const binding = this.find(keys, nowMs);
    if (binding?.credential === credential) this.#drop(binding);
  }

  /** Forgets conversations of credentials that are gone. */
  retain(exists: (credential: CredentialId) => boolean): void {
    for (const binding of new Set(this.#bindings.values())) {
      if (!exists(binding.credential)) this.#drop(binding);
    }
  }

  /** Forgets all, for every front: the rules of selection changed. */
  reset(ttlMs: number): void {
    this.retain(() => false);
    this.#ttlMs = ttlMs;
  }

  /** Takes over what other fronts did, or what was stored. */
  apply(changes: readonly BindingChange[], nowMs: number): void {
    for (const { key, record } of changes) {
      const known = this.#bindings.get(key);
      if (record === null) {
        if (known !== undefined) this.#forget(known);
        continue;
      }
      if (record.expiresAtMs <= nowMs) continue;
      const sameElsewhere = record.aliases
        .map((alias) => this.#bindings.get(bindingKey(alias)))
        .find((other) => other !== undefined);
      const binding = known ?? sameElsewhere ?? this.#fresh(record.credential);
      this.#add(binding, key);
      binding.credential = record.credential;
      binding.proven = true;
      binding.expiresAtMs = Math.max(binding.expiresAtMs, record.expiresAtMs);
      binding.sharedUntilMs = record.expiresAtMs;
    }
    this.#trim(nowMs);
  }

  /** What changed since the last call. */
  takeChanges(): BindingChange[] {
    const changes = [...this.#changes.values()];
    this.#changes = new Map();
    return changes;
  }

  #fresh(credential: CredentialId): Binding {
    return { credential, expiresAtMs: 0, proven: false, sharedUntilMs: UNKNOWN, keys: [] };
  }

  #live(key: BindingKey, nowMs: number): Binding | undefined {
    const binding = this.#bindings.get(key);
    return binding !== undefined && binding.expiresAtMs > nowMs ? binding : undefined;
  }

  #touch(binding: Binding, { key, alias }: ConversationKeys, nowMs: number): void {
    binding.expiresAtMs = nowMs + this.#ttlMs;
    if (alias !== undefined && !binding.keys.includes(alias)) this.#add(binding, alias);
    if (!binding.keys.includes(key)) this.#add(binding, key);
    for (const name of binding.keys) {
      this.#bindings.delete(name);
      this.#bindings.set(name, binding);
    }
    this.#trim(nowMs);
  }

  #add(binding: Binding, key: BindingKey): void {
    const before = this.#bindings.get(key);
    if (before !== undefined && before !== binding) this.#removeKey(before, key);
    this.#bindings.set(key, binding);
    if (binding.keys.includes(key)) return;
    const cacheKey = isCacheKey(key);
    const sameKind = binding.keys.filter((name) => isCacheKey(name) === cacheKey);
    const [oldest] = sameKind;
    const limit = cacheKey ? 1 : MAX_CONVERSATION_KEYS;
    if (oldest !== undefined && sameKind.length >= limit) this.#removeKey(binding, oldest);
    binding.keys.push(key);
    outdate(binding);
  }

  #removeKey(binding: Binding, key: BindingKey): void {
    this.#bindings.delete(key);
    binding.keys = binding.keys.filter((name) => name !== key);
  }

  #drop(binding: Binding): void {
    if (binding.sharedUntilMs !== UNKNOWN) {
      for (const key of binding.keys) this.#change({ key, record: null });
    }
    this.#forget(binding);
  }

  #forget(binding: Binding): void {
    for (const key of binding.keys) this.#bindings.delete(key);
    binding.keys = [];
  }

  #share(binding: Binding): void {
    const { credential, expiresAtMs, keys } = binding;
    binding.sharedUntilMs = expiresAtMs;
    for (const key of keys) {
      const aliases = keys.filter((other) => other !== key);
      this.#change({ key, record: { credential, expiresAtMs, aliases } });
    }
  }

  #change(change: BindingChange): void {
    const first = this.#changes.size === 0;
    this.#changes.set(change.key, change);
    if (first) this.#onChange();
  }

  /** Drops what is over, from the oldest on, and then whatever is too much. */
  #trim(nowMs: number): void {
    for (const [key, binding] of this.#bindings) {
      const over = binding.expiresAtMs <= nowMs;
      if (!over && this.#bindings.size <= MAX_BINDING_KEYS) break;
      this.#removeKey(binding, key);
    }
  }
}

/** The next answer tells others, however little time went by. */
function outdate(binding: Binding): void {
  if (binding.sharedUntilMs !== UNKNOWN) binding.sharedUntilMs = OUTDATED;
}

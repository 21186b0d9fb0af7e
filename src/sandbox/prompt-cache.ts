/**
 * The prompt cache of a simulated upstream. Every account has its own, which is the point of the
 * sandbox: a conversation that stays on its account reads most of its input from the cache, one that
 * is moved starts cold. An input is a list of items; a cache entry is the hash of a list's start.
 */
import { createHash } from 'node:crypto';
import { estimateTokens } from './text.ts';

/** Unused entries die after this time; the short end of what real caches promise. */
export const IDLE_LIFETIME_MS = 5 * 60_000;

/** Entries over all accounts; the one unused longest makes room. About 100 bytes each. */
export const MAX_ENTRIES = 50_000;

/** Real upstreams report hits from 1024 tokens on, in steps of 128. */
export const REAL_MINIMUM = 1024;
export const REAL_STEP = 128;

/** Below the real minimum the sandbox counts finer, so that a first short chat shows a hit too. */
export const SMALL_STEP = 8;

/** Which cache an input is looked up in. */
export interface CacheScope {
  account: string;
  model: string;
  /** `prompt_cache_key`, else the session header, else `''`. */
  key: string;
}

/** What the cache says about one input. */
export interface CacheReading {
  inputTokens: number;
  cachedTokens: number;
}

interface Entry {
  usedAtMs: number;
}

export class PromptCache {
  /** In order of use. */
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Looks up the longest known start of the input, then remembers all its starts. `held`: so many
   * items at the start are known anyway, because the turn's socket has just served them.
   */
  read(scope: CacheScope, items: string[], nowMs: number, held = 0): CacheReading {
    let hash = JSON.stringify([scope.account, scope.model, scope.key]);
    let inputTokens = 0;
    let knownTokens = 0;
    for (const [index, item] of items.entries()) {
      hash = createHash('sha256').update(hash).update('\0').update(item).digest('base64');
      inputTokens += estimateTokens(item);
      const known = this.#touch(hash, nowMs);
      if (known || index < held) knownTokens = inputTokens;
    }
    return { inputTokens, cachedTokens: reported(knownTokens) };
  }

  /** Marks an entry as used now; was it known and alive? */
  #touch(hash: string, nowMs: number): boolean {
    const entry = this.#entries.get(hash);
    this.#entries.delete(hash);
    this.#entries.set(hash, { usedAtMs: nowMs });
    if (this.#entries.size > MAX_ENTRIES) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    return entry !== undefined && nowMs - entry.usedAtMs < IDLE_LIFETIME_MS;
  }
}

function reported(tokens: number): number {
  const step = tokens >= REAL_MINIMUM ? REAL_STEP : SMALL_STEP;
  return tokens - (tokens % step);
}

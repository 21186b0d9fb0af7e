/** All pools of one client: one per upstream address and proxy setting, made when first needed. */
import { SwitchyardError } from '../errors.ts';
import { dialThrough } from './dial.ts';
import { Pool } from './pool.ts';
import { proxyFor, type Environment } from './proxy.ts';

/** Pools kept, with their TLS sessions; more than a host has credentials with a proxy of their own. */
export const MAX_POOLS = 256;

/** The pools. */
export class Pools {
  readonly #env: Environment;
  /** By address and proxy setting; the most recently made or used is last. */
  readonly #pools = new Map<string, Pool>();
  readonly #closing = new Set<Promise<void>>();

  constructor(env: Environment) {
    this.#env = env;
  }

  /**
   * The pool of a request.
   * @throws SwitchyardError `upstream_connect_failed` for a proxy that is not usable, or when
   * {@link MAX_POOLS} pools carry calls.
   */
  of(url: URL, proxyUrl: string): Pool {
    const key = `${url.origin} ${proxyUrl}`;
    const known = this.#pools.get(key);
    if (known !== undefined) {
      this.#pools.delete(key);
      this.#pools.set(key, known);
      return known;
    }
    const proxy = proxyFor(url, proxyUrl, this.#env);
    this.#makeRoom();
    const where = proxy === undefined ? url.origin : `${url.origin} through ${proxy.shown}`;
    const pool = new Pool(url.origin, where, dialThrough(proxy));
    this.#pools.set(key, pool);
    return pool;
  }

  /** Cancels all calls; resolves when every socket is closed. */
  async close(): Promise<void> {
    for (const [key, pool] of this.#pools) this.#close(key, pool);
    await Promise.all(this.#closing);
  }

  #makeRoom(): void {
    if (this.#pools.size < MAX_POOLS) return;
    for (const [key, pool] of this.#pools) {
      if (pool.unused) return this.#close(key, pool);
    }
    throw new SwitchyardError('upstream_connect_failed', {
      message: `more than ${MAX_POOLS} upstream addresses are in use`,
    });
  }

  #close(key: string, pool: Pool): void {
    this.#pools.delete(key);
    const closed = pool.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

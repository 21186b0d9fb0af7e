/** All pools of one client: one per upstream address and proxy setting, made when first needed. */
import { SwitchyardError } from '../errors.ts';
import { dialThrough } from './dial.ts';
import { Pool } from './pool.ts';
import { proxyFor, type Environment } from './proxy.ts';
import type { Target } from './target.ts';

/** Pools kept, with their TLS sessions; more than a host has credentials with a proxy of their own. */
export const MAX_POOLS = 256;

/** The pools. */
export class Pools {
  readonly #env: Environment;
  /** By proxy setting, then by origin: no key has to be built for a request. */
  readonly #pools = new Map<string, Map<string, Pool>>();
  readonly #closing = new Set<Promise<void>>();
  #count = 0;
  #uses = 0;

  constructor(env: Environment) {
    this.#env = env;
  }

  /**
   * The pool of a request.
   * @throws SwitchyardError `upstream_connect_failed` for a proxy that is not usable, or when
   * {@link MAX_POOLS} pools carry calls.
   */
  of(target: Target, proxyUrl: string): Pool {
    const pool = this.#pools.get(proxyUrl)?.get(target.origin) ?? this.#open(target, proxyUrl);
    this.#uses += 1;
    pool.lastUse = this.#uses;
    return pool;
  }

  /** Cancels all calls; resolves when every socket is closed. */
  async close(): Promise<void> {
    for (const pool of this.#all()) this.#close(pool);
    await Promise.all(this.#closing);
  }

  #open(target: Target, proxyUrl: string): Pool {
    const { origin } = target;
    const proxy = proxyFor(target.url, proxyUrl, this.#env);
    this.#makeRoom();
    const where = proxy === undefined ? origin : `${origin} through ${proxy.shown}`;
    const pool = new Pool({ origin, proxyUrl, where, dial: dialThrough(proxy) });
    const siblings = this.#pools.get(proxyUrl) ?? new Map<string, Pool>();
    this.#pools.set(proxyUrl, siblings.set(origin, pool));
    this.#count += 1;
    return pool;
  }

  #makeRoom(): void {
    if (this.#count < MAX_POOLS) return;
    const unused = this.#all().filter((pool) => pool.unused);
    const [first] = unused.sort((one, other) => one.lastUse - other.lastUse);
    if (first !== undefined) return this.#close(first);
    throw new SwitchyardError('upstream_connect_failed', {
      message: `more than ${MAX_POOLS} upstream addresses are in use`,
    });
  }

  #close(pool: Pool): void {
    const { origin, proxyUrl } = pool.route;
    const siblings = this.#pools.get(proxyUrl);
    if (siblings?.delete(origin) === true) this.#count -= 1;
    if (siblings?.size === 0) this.#pools.delete(proxyUrl);
    const closed = pool.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  #all(): Pool[] {
    return [...this.#pools.values()].flatMap((siblings) => [...siblings.values()]);
  }
}

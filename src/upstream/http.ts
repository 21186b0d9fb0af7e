/** The HTTP client of an actor host: calls, their limits, and the pools that carry them. */
import type { UpstreamTimeouts } from '../config/types.ts';
import { SwitchyardError, toSwitchyardError } from '../errors.ts';
import { HttpCall } from './call.ts';
import { systemClock, type UpstreamClock } from './clock.ts';
import { Deadlines } from './deadlines.ts';
import { Pools } from './pools.ts';
import type { Environment } from './proxy.ts';
import { Targets } from './target.ts';
import type { Caller, UpstreamCall, UpstreamHandler, UpstreamRequest } from './types.ts';

/** What the client is made of. */
export interface UpstreamHttpOptions {
  timeouts: UpstreamTimeouts;
  /** Default: the system's. */
  clock?: UpstreamClock;
  /** Holds the proxy variables; default: the process's. */
  env?: Environment;
}

const CLOSED = 'the upstream client is closed';

/** HTTP/1.1 calls to upstreams (`docs/upstream.md`). Redirects are answers, nothing is cached. */
export class UpstreamHttp implements Caller {
  readonly #deadlines: Deadlines;
  readonly #pools: Pools;
  readonly #targets = new Targets();
  #timeouts: UpstreamTimeouts;
  #closed = false;

  constructor({ timeouts, clock = systemClock, env = process.env }: UpstreamHttpOptions) {
    this.#timeouts = timeouts;
    this.#deadlines = new Deadlines(clock);
    this.#pools = new Pools(env);
  }

  /** Limits of calls that begin from now on. */
  setTimeouts(timeouts: UpstreamTimeouts): void {
    this.#timeouts = timeouts;
  }

  /** Sends a request. Never throws; the handler is called only after this has returned. */
  call(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    const call = new HttpCall(handler, this.#timeouts, this.#deadlines);
    try {
      if (this.#closed) throw new SwitchyardError('upstream_connect_failed', { message: CLOSED });
      const target = this.#targets.of(request.url);
      const { method, headers, body = null } = request;
      const pool = this.#pools.of(target, request.proxyUrl);
      call.begin(pool, { path: target.path, method, headers, body });
    } catch (thrown) {
      call.fail(toSwitchyardError(thrown));
    }
    return call;
  }

  /** Ends all calls with `cancelled`; resolves when every socket is closed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#pools.close();
    this.#deadlines.stop();
  }
}

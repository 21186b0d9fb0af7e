/** The HTTP client of an actor host: calls, their limits, and the pools that carry them. */
import type { UpstreamTimeouts } from '../config/types.ts';
import { SwitchyardError, toSwitchyardError } from '../errors.ts';
import { HttpCall } from './call.ts';
import { systemClock, type UpstreamClock } from './clock.ts';
import { Deadlines } from './deadlines.ts';
import { Pools } from './pools.ts';
import type { Environment } from './proxy.ts';
import type { UpstreamCall, UpstreamHandler, UpstreamRequest } from './types.ts';

/** What the client is made of. */
export interface UpstreamHttpOptions {
  timeouts: UpstreamTimeouts;
  /** Default: the system's. */
  clock?: UpstreamClock;
  /** Holds the proxy variables; default: the process's. */
  env?: Environment;
}

/** HTTP/1.1 calls to upstreams (`docs/upstream.md`). Redirects are answers, nothing is cached. */
export class UpstreamHttp {
  readonly #deadlines: Deadlines;
  readonly #pools: Pools;
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
    const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
    const call = new HttpCall(
      {
        path: url === undefined ? '/' : url.pathname + url.search,
        method: request.method,
        headers: request.headers,
        body: request.body ?? null,
      },
      handler,
      this.#timeouts,
      this.#deadlines,
    );
    try {
      if (this.#closed) throw unreachable('the upstream client is closed');
      if (url === undefined || !url.protocol.startsWith('http')) {
        throw unreachable('the upstream address is not an HTTP URL');
      }
      call.begin(this.#pools.of(url, request.proxyUrl));
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

function unreachable(message: string): SwitchyardError {
  return new SwitchyardError('upstream_connect_failed', { message });
}

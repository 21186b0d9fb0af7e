/** Addresses of upstreams, taken apart once: an agent sends thousands of requests to the same few. */
import { SwitchyardError } from '../errors.ts';

/** Addresses remembered; real setups have a few dozen. When full, all are dropped. */
export const MAX_TARGETS = 512;

/** A request's address. */
export interface Target {
  readonly url: URL;
  /** Scheme, host and port. */
  readonly origin: string;
  /** With query. */
  readonly path: string;
}

/** The addresses seen lately. */
export class Targets {
  readonly #known = new Map<string, Target>();

  /** @throws SwitchyardError `upstream_connect_failed` for what is not an HTTP address. */
  of(address: string): Target {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const target = parseTarget(address);
    if (this.#known.size >= MAX_TARGETS) this.#known.clear();
    this.#known.set(address, target);
    return target;
  }
}

function parseTarget(address: string): Target {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new SwitchyardError('upstream_connect_failed', {
      message: 'the upstream address is not an HTTP URL',
    });
  }
  return { url, origin: url.origin, path: url.pathname + url.search };
}

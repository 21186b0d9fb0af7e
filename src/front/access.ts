/**
 * Client access keys (config.md 14): which of the accepted places holds a configured key, and who
 * that makes the caller. The keys themselves stay in here.
 */
import { hash, randomBytes } from 'node:crypto';
import { callerScope, clientCacheKey } from '../conversation/caller-scope.ts';
import { hasSampleKeys } from '../config/sample-keys.ts';
import { SwitchyardError } from '../errors.ts';
import type { Exchange } from './server/types.ts';
import type { Principal } from '../turn.ts';

/** The parts of a request that can carry a key. */
export type KeyCarrier = Pick<Exchange, 'header' | 'query'>;

/** Caller of a proxy without keys. */
const NOBODY: Principal = Object.freeze({ scope: '', cacheKey: undefined });

/** Text of the template guard (config.md 1). */
const SAMPLE_MESSAGE = 'replace the template values in api-keys before using the API';

const BEARER = /^bearer(?:\s+|$)/i;

/** The configured keys, and the principal that belongs to each. Built anew on reload. */
export class Access {
  /** Principals by salted hash, so that how long a look-up takes says nothing about a key. */
  readonly #principals = new Map<string, Principal>();
  readonly #salt = randomBytes(32).toString('base64');
  readonly #guarded: boolean;

  constructor(apiKeys: readonly string[]) {
    this.#guarded = hasSampleKeys({ apiKeys: [...apiKeys] });
    for (const key of apiKeys) {
      const scope = callerScope(key);
      if (scope === '') continue;
      const principal = Object.freeze({ scope, cacheKey: clientCacheKey(key) });
      this.#principals.set(this.#hash(key.trim()), principal);
    }
  }

  /**
   * The caller. Every candidate is looked at: the first that is a configured key wins.
   * @throws SwitchyardError `missing_api_key`, `invalid_api_key`, `unsafe_example_api_key`.
   */
  check(request: KeyCarrier): Principal {
    if (this.#guarded) {
      throw new SwitchyardError('unsafe_example_api_key', { message: SAMPLE_MESSAGE });
    }
    if (this.#principals.size === 0) return NOBODY;
    let seen = false;
    for (const candidate of candidates(request)) {
      if (candidate === undefined || candidate === '') continue;
      seen = true;
      const principal = this.#principals.get(this.#hash(candidate));
      if (principal !== undefined) return principal;
    }
    throw new SwitchyardError(seen ? 'invalid_api_key' : 'missing_api_key');
  }

  /** Is this caller, whose key was checked before the configuration changed, still known? */
  knows({ scope }: Principal): boolean {
    if (this.#guarded) return false;
    if (this.#principals.size === 0) return true;
    for (const known of this.#principals.values()) if (known.scope === scope) return true;
    return false;
  }

  #hash(key: string): string {
    return hash('sha256', this.#salt + key, 'base64');
  }
}

/** Keys in the order of config.md 14; the query is only taken apart when no header fits. */
function* candidates(request: KeyCarrier): Generator<string | undefined> {
  yield request.header('authorization')?.trim().replace(BEARER, '').trim();
  yield request.header('x-goog-api-key')?.trim();
  yield request.header('x-api-key')?.trim();
  if (request.query === '') return;
  const query = new URLSearchParams(request.query);
  yield query.get('key')?.trim();
  yield query.get('auth_token')?.trim();
}

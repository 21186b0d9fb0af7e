/**
 * Cross-origin headers (Fetch standard, 3.3) for the web origins that the operator listed; without a
 * list no page of another origin can read an answer. The reference allows every origin (config.md
 * 15.3): there any web page could spend the accounts behind a local port without keys.
 */

const ANY = '*';

/** For preflights and answers alike: browsers ignore what does not belong to the one at hand. */
const GRANTS = [
  'access-control-allow-methods',
  'GET, POST, PUT, PATCH, DELETE, OPTIONS',
  // The wildcard never covers `Authorization` (Fetch standard, 4.9).
  'access-control-allow-headers',
  '*, Authorization',
  'access-control-expose-headers',
  [
    'x-switchyard-account',
    'x-switchyard-continuity',
    'x-codex-turn-state',
    'location',
    'retry-after',
    'x-request-id',
    'openai-request-id',
  ].join(', '),
];

/** The listed origins. Built anew on reload. */
export class Cors {
  readonly #headers = new Map<string, string[]>();
  readonly #any: string[] | undefined;

  /** `origins`: as browsers send them, or `*` for all. */
  constructor(origins: readonly string[]) {
    this.#any = origins.includes(ANY) ? ['access-control-allow-origin', ANY, ...GRANTS] : undefined;
    for (const origin of origins) {
      this.#headers.set(origin, [
        'access-control-allow-origin',
        origin,
        'vary',
        'Origin',
        ...GRANTS,
      ]);
    }
  }

  /**
   * May this `Origin` open a WebSocket? Browsers ask no permission for one, so the server has to look.
   * Other programs send no origin.
   */
  admits(origin: string | undefined): boolean {
    return origin === undefined || this.headersFor(origin).length > 0;
  }

  /** Flat pairs for an answer to this `Origin`; empty: say nothing. Do not change the list. */
  headersFor(origin: string | undefined): string[] {
    if (origin === undefined) return NOTHING;
    return this.#any ?? this.#headers.get(origin) ?? NOTHING;
  }
}

const NOTHING: string[] = [];

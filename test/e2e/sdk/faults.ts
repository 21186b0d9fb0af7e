/** How upstreams fail, and what an SDK that repeats twice by itself makes of it. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Family } from '../../support/families.ts';
import type { Pool } from './pools.ts';
import type { UpstreamExchange } from '../../support/fake-upstream.ts';

/** One way to fail. */
export interface Fault {
  name: string;
  play(call: UpstreamExchange, family: Family): void;
  /** Status and `Retry-After` of each attempt of the SDK; the last one is what it throws. */
  attempts: readonly (readonly [status: number, retryAfter: RegExp | null])[];
  /** How many of them reach the upstream. */
  asked: number;
  /** Class of the SDK's error. */
  error: 'AuthenticationError' | 'BadRequestError' | 'InternalServerError' | 'RateLimitError';
  /** Words of the first failure, which SDKs that do not repeat throw. */
  first: RegExp;
  /** Words of the last one. */
  last: RegExp;
}

/** What is left of the upstream's minute. */
const WAIT_OF_UPSTREAM = /^([1-9]|[1-5]\d|60)$/;
/** What is told of the rest of an account after a fault, at most half a minute. */
const WAIT_OF_REST = /^([1-9]|[12]\d|30)$/;
const COOLING = /All credentials for model \S+ are cooling down/;

const refuse =
  (status: number, headers: Record<string, string> = {}): Fault['play'] =>
  (call, family) =>
    call.json(status, family.error(status, `words of ${String(status)}`), headers);

/** All of them; each needs a model of its own, because accounts rest for one model. */
export const FAULTS: readonly Fault[] = [
  {
    name: '429',
    play: refuse(429, { 'retry-after': '60' }),
    attempts: [
      [429, WAIT_OF_UPSTREAM],
      [429, WAIT_OF_UPSTREAM],
      [429, WAIT_OF_UPSTREAM],
    ],
    asked: 1,
    error: 'RateLimitError',
    first: /words of 429/,
    last: COOLING,
  },
  {
    name: '500',
    play: refuse(500),
    attempts: [
      [500, null],
      [503, WAIT_OF_REST],
      [503, WAIT_OF_REST],
    ],
    asked: 1,
    error: 'InternalServerError',
    first: /words of 500/,
    last: /no auth available/,
  },
  {
    name: 'reset',
    play: (call) => call.reset(),
    attempts: [
      [502, null],
      [502, null],
      [502, null],
    ],
    asked: 3,
    error: 'InternalServerError',
    first: /the upstream closed the connection/,
    last: /the upstream closed the connection/,
  },
  {
    name: '401',
    play: refuse(401),
    attempts: [[401, null]],
    asked: 1,
    error: 'AuthenticationError',
    first: /words of 401/,
    last: /words of 401/,
  },
  {
    name: '400',
    play: refuse(400),
    attempts: [[400, null]],
    asked: 1,
    error: 'BadRequestError',
    first: /words of 400/,
    last: /words of 400/,
  },
];

/** The model that fails like this. */
export const faultModel = (family: Family, { name }: Fault): string => `${family.model}-${name}`;

/** An SDK that repeats by itself. */
export interface RepeatingSdk {
  /** Asks for a short answer with the SDK's own limit of repeats, which is 2. */
  ask(model: string, fetch: typeof globalThis.fetch): Promise<unknown>;
  /** Its error classes. */
  errors: Readonly<Record<Fault['error'], new (...args: never[]) => Error>>;
}

/** Tests: what the SDK repeats, after which wait, and which error it throws in the end. */
export function itRepeats({ upstream, family }: Pool, { ask, errors }: RepeatingSdk): void {
  for (const fault of FAULTS) {
    const { name, attempts, asked, error, last } = fault;
    it(`${name}: ${String(attempts.length)} attempts, then ${error}`, async () => {
      const before = upstream.requests.length;
      const { fetch, seen } = hurriedFetch();
      await assert.rejects(ask(faultModel(family, fault), fetch), (thrown: Error) => {
        assert.ok(thrown instanceof errors[error], `${thrown.constructor.name}: ${thrown.message}`);
        assert.match(thrown.message, last);
        return true;
      });
      const statuses = attempts.map(([status]) => status);
      assert.deepEqual(
        seen.map(({ status }) => status),
        statuses,
      );
      for (const [index, [, wait]] of attempts.entries()) {
        const told = seen[index]?.retryAfter ?? null;
        if (wait === null) assert.equal(told, null);
        else assert.match(told ?? '', wait);
      }
      assert.equal(upstream.requests.length - before, asked);
    });
  }
}

/** A `fetch` for SDKs: writes down each attempt, and takes the wait between two of them away. */
export function hurriedFetch(): {
  fetch: typeof globalThis.fetch;
  seen: { status: number; retryAfter: string | null }[];
} {
  const seen: { status: number; retryAfter: string | null }[] = [];
  const hurried: typeof globalThis.fetch = async (url, init) => {
    const { status, headers, body } = await fetch(url, init);
    seen.push({ status, retryAfter: headers.get('retry-after') });
    return new Response(body, { status, headers: [...headers, ['retry-after-ms', '1']] });
  };
  return { fetch: hurried, seen };
}

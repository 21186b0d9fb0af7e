/** Further rounds over the credentials of a model (routing.md 7.2). Pure: randomness is an argument. */
import { blockOfOffer, type OfferBlock } from './availability.ts';
import type { Offer, RoutedModel } from './table.ts';
import type { RetryConfig } from '../config/types.ts';
import type { States } from './marks.ts';

/** Failures that another round can mend; 529 is the overload of Anthropic, a 503 elsewhere. */
const RETRYABLE: ReadonlySet<number> = new Set([403, 408, 429, 500, 502, 503, 504, 529]);

/** Longest random addition to a wait, milliseconds. */
const MAX_JITTER_MS = 2_000;
const QUOTA_STATUS = 429;

/** What the decision rests on. */
export interface RoundInput {
  model: RoutedModel;
  states: States;
  retry: RetryConfig;
  /** The round that just ended; the first one is 0. */
  round: number;
  /** Status of the error it ended with; 0 = none. */
  status: number;
  /** Can this offer be chosen at all (weights)? */
  counts: (offer: Offer) => boolean;
  nowMs: number;
  /** Between 0 and 1. */
  random: number;
}

/** How many rounds after the first a credential takes part in. */
export function roundsOf(offer: Offer, retry: RetryConfig): number {
  return offer.credential.requestRetry ?? retry.requestRetry;
}

/** Milliseconds to wait before the next round, 0 = at once; undefined: there is none. */
export function waitForRound(input: RoundInput): number | undefined {
  if (!RETRYABLE.has(input.status)) return undefined;
  const takesPart = [...input.model.offers.values()].filter(
    (offer) => input.counts(offer) && roundsOf(offer, input.retry) > input.round,
  );
  if (takesPart.length === 0) return undefined;
  const waits = takesPart
    .map((offer) => waitOf(blockOfOffer(offer, input.states, input.nowMs), input.nowMs))
    .filter((wait) => wait !== undefined);
  if (waits.length === 0) return undefined;
  return limited(Math.min(...waits), input);
}

/** A block without an end, or by a failure that rounds do not mend, is not waited for. */
function waitOf(block: OfferBlock | undefined, nowMs: number): number | undefined {
  if (block === undefined) return 0;
  const status = block.status === 0 && block.reason === 'cooldown' ? QUOTA_STATUS : block.status;
  if (block.untilMs === undefined || !RETRYABLE.has(status)) return undefined;
  return Math.max(0, block.untilMs - nowMs);
}

function limited(wait: number, { retry, random }: RoundInput): number | undefined {
  if (wait === 0) return 0;
  const limit = retry.maxRetryIntervalMs;
  if (limit <= 0 || wait > limit) return undefined;
  return wait + random * Math.min(wait / 4, MAX_JITTER_MS, limit - wait);
}

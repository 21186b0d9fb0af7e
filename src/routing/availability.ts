/**
 * Can one offer, or any offer of a model, be used now (routing.md 4.2, 4.8)? Reads the states that
 * the actors publish; the actor itself has the last word.
 */
import { blockOf, modelStateOf, type Block } from '../credentials/availability.ts';
import type { CredentialState } from '../credentials/state.ts';
import type { Offer, RoutedModel } from './table.ts';
import type { States } from './marks.ts';

/** A blocked offer, with the status that blocked it; 0 = not known. */
export interface OfferBlock extends Block {
  status: number;
}

/** Is one of the upstream models free? An unknown state counts as clean. */
export function isFree(offer: Offer, states: States, nowMs: number): boolean {
  const { id, disabled } = offer.credential;
  const state = states.get(id);
  if (state === undefined) return !disabled;
  for (const model of offer.upstream) {
    if (blockOf(state, disabled, model, nowMs).reason === 'none') return true;
  }
  return false;
}

/** The block that ends first among the upstream models; undefined when one is free. */
export function blockOfOffer(offer: Offer, states: States, nowMs: number): OfferBlock | undefined {
  const { id, disabled } = offer.credential;
  const state = states.get(id);
  let first: OfferBlock | undefined;
  for (const model of offer.upstream) {
    const block = blockOf(state, disabled, model, nowMs);
    if (block.reason === 'none') return undefined;
    if (first === undefined || endOf(block) < endOf(first)) {
      first = { ...block, status: statusBehind(state, model) };
    }
  }
  return first;
}

/** All offers of a model that blocks keep from being used. */
export interface Blocked {
  /** Offers looked at. */
  candidates: number;
  /** Every one of them waits for its quota. */
  onlyQuota: boolean;
  /** Unix ms of the first one that comes back; `Infinity` = not known. */
  untilMs: number;
}

/** Sums up the offers that `counts` lets through. */
export function summarise(
  model: RoutedModel,
  states: States,
  nowMs: number,
  counts: (offer: Offer) => boolean,
): Blocked {
  const sum: Blocked = { candidates: 0, onlyQuota: true, untilMs: Infinity };
  for (const offer of model.offers.values()) {
    if (!counts(offer)) continue;
    const block = blockOfOffer(offer, states, nowMs);
    sum.candidates += 1;
    if (block?.reason !== 'cooldown') sum.onlyQuota = false;
    sum.untilMs = Math.min(sum.untilMs, block === undefined ? nowMs : endOf(block));
  }
  return sum;
}

function endOf(block: Block): number {
  return block.untilMs ?? Infinity;
}

/** Status of the failure behind a block; a limit of the whole account stands in its own state. */
function statusBehind(state: CredentialState | undefined, model: string): number {
  if (state === undefined) return 0;
  const place = modelStateOf(state, model) ?? state.account;
  return (place.lastError ?? state.account.lastError)?.httpStatus ?? 0;
}

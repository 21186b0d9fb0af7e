/**
 * Choice of one member of a priority group (routing.md 4.4). The rules are pure: all they remember is
 * in the cursor, all they know about members comes through `eligible`.
 *
 * One list in order of ids serves all providers of a model: every credential gets its turn, as in
 * the provider segments of the reference (4.5), with less to remember.
 */
import type { CredentialId } from '../ids.ts';
import type { Offer } from './table.ts';
import type { RoutingStrategy } from '../config/types.ts';

/** Members that took part in the last weighted choice, with what each is owed. */
interface Share {
  readonly id: CredentialId;
  readonly weight: number;
  owed: number;
}

/** What a strategy remembers about one group of one model. */
export interface Cursor {
  /** Round-robin: index to look at first. */
  next: number;
  /** Smooth weighted round-robin: one share for each eligible member. */
  shares: Share[];
}

/** May this member be chosen now? */
export type Eligible = (offer: Offer) => boolean;

/** How much the member's quota asks to be used (`headroom.ts`); 0: it has none; undefined: unknown. */
export type Score = (offer: Offer) => number | undefined;

/**
 * Scores from this share of the best one on count as equal, and take turns. Readings come in whole
 * points and at different times: a smaller difference means nothing.
 */
export const TIE_SHARE = 0.9;

/** A cursor that has seen nothing. */
export const newCursor = (): Cursor => ({ next: 0, shares: [] });

/**
 * The member to use, or undefined when none is eligible. Moves the cursor. `score`: for `headroom`;
 * without one all members are equal.
 */
export function choose(
  strategy: RoutingStrategy,
  members: readonly Offer[],
  eligible: Eligible,
  cursor: Cursor,
  score?: Score,
): Offer | undefined {
  if (strategy === 'headroom' && score) return chooseRichest(members, eligible, cursor, score);
  if (strategy === 'fill-first') return members.find(eligible);
  if (strategy === 'weighted-round-robin') return chooseWeighted(members, eligible, cursor);
  return chooseNext(members, eligible, cursor);
}

function chooseNext(
  members: readonly Offer[],
  eligible: Eligible,
  cursor: Cursor,
): Offer | undefined {
  for (let step = 0; step < members.length; step += 1) {
    const index = (cursor.next + step) % members.length;
    const offer = members[index];
    if (offer === undefined || !eligible(offer)) continue;
    cursor.next = index + 1;
    return offer;
  }
  return undefined;
}

/**
 * The best of the eligible ones, and those close to it, in turn. Those of which nothing is known
 * count as the best: a turn each, and they are known.
 */
function chooseRichest(
  members: readonly Offer[],
  eligible: Eligible,
  cursor: Cursor,
  score: Score,
): Offer | undefined {
  const scores = new Map(members.filter(eligible).map((offer) => [offer, score(offer)] as const));
  const best = Math.max(0, ...[...scores.values()].filter((own) => own !== undefined));
  const unknown = best > 0 ? best : 1;
  const least = [...scores.values()].includes(undefined) ? unknown * TIE_SHARE : best * TIE_SHARE;
  const isRich = (offer: Offer): boolean =>
    scores.has(offer) && (scores.get(offer) ?? unknown) >= least;
  return chooseNext(members, isRich, cursor);
}

/** Each gets what it is owed, the richest is chosen and pays for the round. */
function chooseWeighted(
  members: readonly Offer[],
  eligible: Eligible,
  cursor: Cursor,
): Offer | undefined {
  const present = members.filter((offer) => offer.credential.weight > 0 && eligible(offer));
  if (!sameShares(cursor.shares, present)) cursor.shares = present.map(freshShare);
  let best = -1;
  let total = 0;
  cursor.shares.forEach((share, index) => {
    share.owed += share.weight;
    total += share.weight;
    if (best < 0 || share.owed > (cursor.shares[best]?.owed ?? 0)) best = index;
  });
  const winner = cursor.shares[best];
  if (winner === undefined) return undefined;
  winner.owed -= total;
  return present[best];
}

function freshShare({ credential }: Offer): Share {
  return { id: credential.id, weight: credential.weight, owed: 0 };
}

function sameShares(shares: readonly Share[], present: readonly Offer[]): boolean {
  return (
    shares.length === present.length &&
    present.every(({ credential }, index) => {
      const share = shares[index];
      return share?.id === credential.id && share.weight === credential.weight;
    })
  );
}

/**
 * Which credential comes next for one turn: the pin of a client WebSocket, the conversation's home, or
 * what the strategy says (routing.md 4, 5; codex.md 3.6).
 */
import { choose } from '../routing/select.ts';
import { headroomScore } from '../routing/headroom.ts';
import { isFree } from '../routing/availability.ts';
import type { Binding, BindingTable } from '../routing/binding-table.ts';
import type { ConversationKeys } from '../routing/session.ts';
import type { CredentialId } from '../ids.ts';
import type { Cursors } from '../routing/cursors.ts';
import type { Offer } from '../routing/table.ts';
import type { ResolvedModel } from '../routing/resolve.ts';
import type { RoutingStrategy } from '../config/types.ts';
import type { States } from '../routing/marks.ts';

/** What a turn of a client WebSocket asks of routing (codex.md 3.6). */
export interface SocketWishes {
  /** The credential whose upstream socket knows the conversation: it comes first. */
  pin: CredentialId | undefined;
  /**
   * Who may serve: everybody, only those with WebSockets, only the pinned one. Where not everybody
   * may, the turn has no sense elsewhere: it fails with `replay_required` instead of the next round.
   */
  only: 'any' | 'websockets' | 'pin';
}

/** What a choice is made from. */
export interface OfferChoiceParts {
  resolved: ResolvedModel;
  strategy: RoutingStrategy;
  states: States;
  cursors: Cursors;
  /** Undefined: affinity is off, or the request has no signal. */
  conversation: ConversationKeys | undefined;
  bindings: BindingTable;
  /** Undefined: not a turn of a client WebSocket. */
  socket?: SocketWishes | undefined;
  /** Only a token count: those who can count are asked, and no conversation is bound by it. */
  counting?: true;
}

/** Credentials that were asked in this round. */
type Tried = ReadonlySet<CredentialId>;

/** The choices of one turn. */
export class OfferChoice {
  readonly #parts: OfferChoiceParts;

  constructor(parts: OfferChoiceParts) {
    this.#parts = parts;
  }

  /** Only some credentials make sense: see {@link SocketWishes}. */
  get choosy(): boolean {
    const { socket } = this.#parts;
    return socket !== undefined && socket.only !== 'any';
  }

  /**
   * The account that the conversation is known to live at, if it may serve the model at all. None for
   * turns with a pin: they have their own.
   */
  home(nowMs: number): Offer | undefined {
    const { conversation, bindings, resolved, socket } = this.#parts;
    if (conversation === undefined || this.choosy || socket?.pin !== undefined) return undefined;
    const binding = bindings.find(conversation, nowMs);
    const offer = binding?.proven === true && resolved.model.offers.get(binding.credential);
    return offer && this.counts(offer) ? offer : undefined;
  }

  /** The next one, which becomes the conversation's home. `tried`: these are out of question. */
  next(tried: Tried, nowMs: number): Offer | undefined {
    const { conversation, bindings, counting } = this.#parts;
    const pinned = this.#named(this.#parts.socket?.pin, tried, nowMs);
    if (conversation === undefined) return pinned ?? this.#choose(tried, nowMs);
    const binding = bindings.find(conversation, nowMs);
    if (pinned === undefined && this.#livesElsewhere(binding, nowMs)) return undefined;
    const bound = pinned ?? this.#named(binding?.credential, tried, nowMs);
    const offer = bound ?? this.#choose(tried, nowMs);
    // The home of this conversation had no fault in its failure: this is only a visit elsewhere.
    const visit = counting === true || (binding?.proven === true && tried.has(binding.credential));
    if (offer !== undefined && !visit) bindings.bind(conversation, offer.credential.id, nowMs);
    return offer;
  }

  /** The conversation's home has no WebSockets and is free: a turn for sockets must not move it. */
  #livesElsewhere(binding: Binding | undefined, nowMs: number): boolean {
    const { socket, resolved, states } = this.#parts;
    if (binding === undefined || socket?.only !== 'websockets') return false;
    const home = resolved.model.offers.get(binding.credential);
    return home !== undefined && !home.credential.websockets && isFree(home, states, nowMs);
  }

  /** The offer of one credential, if it may serve now. */
  #named(credential: CredentialId | undefined, tried: Tried, nowMs: number): Offer | undefined {
    if (credential === undefined) return undefined;
    const offer = this.#parts.resolved.model.offers.get(credential);
    return offer !== undefined && this.#eligible(offer, tried, nowMs) ? offer : undefined;
  }

  #choose(tried: Tried, nowMs: number): Offer | undefined {
    const eligible = (offer: Offer): boolean => this.#eligible(offer, tried, nowMs);
    const { socket, resolved } = this.#parts;
    // Where one provider serves the model (routing.md 4.6).
    const preferred =
      socket !== undefined && resolved.model.providers.length === 1
        ? this.#chooseFrom((offer) => offer.credential.websockets && eligible(offer), nowMs)
        : undefined;
    return preferred ?? this.#chooseFrom(eligible, nowMs);
  }

  #chooseFrom(eligible: (offer: Offer) => boolean, nowMs: number): Offer | undefined {
    const { strategy, cursors, resolved, states } = this.#parts;
    const { model } = resolved;
    const score =
      strategy === 'headroom'
        ? ({ credential, upstream }: Offer): number | undefined =>
            headroomScore(states.get(credential.id)?.quota, upstream, nowMs)
        : undefined;
    for (const tier of model.tiers) {
      const priority = tier[0]?.credential.priority ?? 0;
      const cursor = cursors.of(`${model.scope}:${model.info.id}:${priority}`);
      const offer = choose(strategy, tier, eligible, cursor, score);
      if (offer !== undefined) return offer;
    }
    return undefined;
  }

  #eligible(offer: Offer, tried: Tried, nowMs: number): boolean {
    return (
      !tried.has(offer.credential.id) &&
      this.counts(offer) &&
      this.#isWanted(offer) &&
      isFree(offer, this.#parts.states, nowMs)
    );
  }

  #isWanted({ credential }: Offer): boolean {
    const { socket } = this.#parts;
    if (socket === undefined || socket.only === 'any') return true;
    return socket.only === 'pin' ? credential.id === socket.pin : credential.websockets;
  }

  /** Can this offer be chosen at all? */
  counts(offer: Offer): boolean {
    const { strategy, resolved, counting } = this.#parts;
    if (resolved.images && !offer.images) return false;
    if (counting === true && !offer.credential.countsTokens) return false;
    return strategy !== 'weighted-round-robin' || offer.credential.weight > 0;
  }
}

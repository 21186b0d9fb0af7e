/**
 * Who is asked for the size of a request in tokens (translate-openai-claude.md 9.5). A count goes to
 * a credential like a turn, but leaves no trace: it binds no conversation, and nobody waits for one.
 */
import { OfferChoice, type OfferChoiceParts } from './offer-choice.ts';
import { targetOf, type Target } from './target.ts';
import type { CredentialId } from '../ids.ts';

/** Credentials that one count may ask: an estimate is at hand, so not even a team waits for more. */
export const MAX_COUNT_TRIES = 2;

/** The way of one count. */
export class CountRoute {
  readonly #suffix: string | null;
  readonly #choice: OfferChoice;
  readonly #tried = new Set<CredentialId>();

  constructor(parts: Omit<OfferChoiceParts, 'counting' | 'socket'>) {
    this.#suffix = parts.resolved.suffix;
    this.#choice = new OfferChoice({ ...parts, counting: true });
  }

  /** Whom to ask now; undefined: nobody is left. */
  next(nowMs: number): Target | undefined {
    if (this.#tried.size >= MAX_COUNT_TRIES) return undefined;
    const offer = this.#choice.next(this.#tried, nowMs);
    if (offer === undefined) return undefined;
    this.#tried.add(offer.credential.id);
    return targetOf(offer, this.#suffix, 0);
  }
}

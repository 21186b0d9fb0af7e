/**
 * How long a turn waits for the home of its conversation when that only rests for a moment. The
 * prompt cache is there: to write it anew elsewhere takes longer, and costs more, than such a rest.
 */
import { blockOfOffer } from '../routing/availability.ts';
import type { Offer } from '../routing/table.ts';
import type { States } from '../routing/marks.ts';
import { MAX_HOME_WAIT_MS, type TurnFailure } from '../turn.ts';

/** Pauses of one turn; beyond them the account is really out, and the conversation moves. */
export const MAX_HOME_WAITS = 2;

/** Pause where nobody said how long, milliseconds: the first step of the back-off. */
const UNTOLD_MS = 1_000;

/** A timer may be this much early. */
const EARLY_MS = 2;

const TOO_MANY = 429;

/** The pauses of one turn. */
export class HomeStay {
  readonly #states: States;
  readonly #random: () => number;
  #left = MAX_HOME_WAITS;
  #repeated = false;
  #pauseMs: number | undefined;

  /** `random`: between 0 and 1; spreads the turns that wait for the same account. */
  constructor(states: States, random: () => number) {
    this.#states = states;
    this.#random = random;
  }

  /** May a passing fault of the home stay without a cooldown, because it is asked once more? */
  get mayRepeat(): boolean {
    return this.#left > 0 && !this.#repeated;
  }

  /** The home failed: does the turn stay with it? Then {@link pause} tells for how long to wait. */
  stays(home: Offer, failure: TurnFailure, nowMs: number): boolean {
    if (failure.verdict !== 'next' || this.#left === 0) return false;
    const isLimit = failure.status === TOO_MANY && !failure.neutral;
    if (failure.repeat !== true && !isLimit) return false;
    const rest = Math.max(failure.retryAfterMs ?? 0, this.#restOf(home, nowMs) ?? 0) || UNTOLD_MS;
    if (rest > MAX_HOME_WAIT_MS) return false;
    this.#repeated ||= failure.repeat === true;
    this.#take(rest);
    return true;
  }

  /** Milliseconds to wait before the next try; undefined: none. `home`: where the turn belongs. */
  pause(home: Offer | undefined, nowMs: number): number | undefined {
    const rest = home && this.#restOf(home, nowMs);
    const isShort = rest !== undefined && rest <= MAX_HOME_WAIT_MS;
    if (this.#pauseMs === undefined && isShort && this.#left > 0) this.#take(rest);
    const pause = this.#pauseMs;
    this.#pauseMs = undefined;
    return pause;
  }

  #take(rest: number): void {
    this.#left -= 1;
    this.#pauseMs = rest + EARLY_MS + this.#random() * (rest / 4);
  }

  /** How long the home rests yet; undefined: not at all, or nobody knows. */
  #restOf(home: Offer, nowMs: number): number | undefined {
    const untilMs = blockOfOffer(home, this.#states, nowMs)?.untilMs;
    return untilMs === undefined ? undefined : untilMs - nowMs;
  }
}

/**
 * The way of one turn over the credentials of its model: which one next, when to wait for another
 * round, and which error is the answer in the end (routing.md 7). Knows no sockets and no timers.
 */
import { CATALOGUE, SwitchyardError } from '../errors.ts';
import { summarise } from '../routing/availability.ts';
import { HomeStay } from './home-stay.ts';
import { isOwnCode } from '../formats/openai-error.ts';
import { OfferChoice, type OfferChoiceParts } from './offer-choice.ts';
import { refusalOf } from '../routing/refusals.ts';
import { roundsOf, waitForRound } from '../routing/rounds.ts';
import { targetOf, type Target } from './target.ts';
import type { CredentialId } from '../ids.ts';
import type { Offer } from '../routing/table.ts';
import type { RetryConfig } from '../config/types.ts';
import type { TurnFailure } from '../turn.ts';

/**
 * Rounds of one turn, and whole new executions, whatever the configuration says: with cooling off, a larger number would keep
 * asking a broken upstream without a pause.
 */
export const MAX_ROUNDS = 100;

/** Hosts that may die under one unsent turn; beyond it the turn itself may be what kills them. */
export const MAX_HOSTS_LOST = 2;

/** What to do now. */
export type RoutedStep =
  | { do: 'try'; target: Target }
  | { do: 'wait'; ms: number }
  | { do: 'fail'; failure: SwitchyardError | TurnFailure };

/** What a turn is routed with. It keeps these even when the configuration changes meanwhile. */
export interface RoutedTurnParts extends OfferChoiceParts {
  retry: RetryConfig;
  /** Whole executions that may follow a failed one: streams only (routing.md 7.7). */
  bootstrapRetries: number;
  /** Between 0 and 1. */
  random(): number;
}

/** Failures of a stream that a whole new execution may mend, besides all from 500 on. */
const BOOTSTRAP: ReadonlySet<number> = new Set([0, 401, 402, 403, 408, 429]);

/** Own failures that say for good that the account can not serve, though they cool nothing. */
const ACCOUNT_LOST: ReadonlySet<string> = new Set([
  'token_refresh_failed',
  'credential_file_failed',
]);

/** One turn. */
export class RoutedTurn {
  readonly #parts: RoutedTurnParts;
  readonly #choice: OfferChoice;
  readonly #stay: HomeStay;
  #tried = new Set<CredentialId>();
  /** Said in this turn that they are out. */
  readonly #limited = new Set<CredentialId>();
  #attempted = 0;
  #round = 0;
  #bootstraps: number;
  #hostsLost = 0;
  #current: Offer | undefined;
  /** Last failure of this round, and of the rounds before. */
  #failure: TurnFailure | undefined;
  #earlier: TurnFailure | undefined;
  /** A credential of this round could not be asked at all. */
  #passedOver: SwitchyardError | TurnFailure | undefined;
  /** The answer, whatever else there is to try. */
  #stop: TurnFailure | undefined;

  constructor(parts: RoutedTurnParts) {
    this.#parts = parts;
    this.#choice = new OfferChoice(parts);
    this.#stay = new HomeStay(parts.states, parts.random);
    this.#bootstraps = Math.min(parts.bootstrapRetries, MAX_ROUNDS);
  }

  /** Providers that serve the model. */
  get providers(): readonly string[] {
    return this.#parts.resolved.model.providers;
  }

  /** The next move. Call it once at the start, and after each failed try and each wait. */
  next(nowMs: number): RoutedStep {
    if (this.#stop !== undefined) return { do: 'fail', failure: this.#stop };
    const home = this.#choice.home(nowMs);
    const lost = home !== undefined && this.#tried.has(home.credential.id);
    const pause = this.#stay.pause(lost ? undefined : home, nowMs);
    if (pause !== undefined) return { do: 'wait', ms: pause };
    const { maxRetryCredentials } = this.#parts.retry;
    const full = maxRetryCredentials > 0 && this.#attempted >= maxRetryCredentials;
    const offer = full ? undefined : this.#choice.next(this.#tried, nowMs);
    if (offer === undefined) return this.#endRound(nowMs);
    this.#tried.add(offer.credential.id);
    this.#attempted += 1;
    this.#current = offer;
    const { suffix } = this.#parts.resolved;
    // A pool has no home: each of its requests begins with another model.
    const isHome = offer.credential.id === home?.credential.id && offer.upstream.length === 1;
    const mayRepeat = this.#stay.mayRepeat && isHome;
    const target = targetOf(offer, suffix, this.#poolStart(offer), mayRepeat);
    return { do: 'try', target };
  }

  /** The answer is complete: the conversation belongs to the credential that gave it. */
  succeeded(nowMs: number): void {
    const { conversation, bindings } = this.#parts;
    if (conversation === undefined || this.#current === undefined) return;
    bindings.prove(conversation, this.#current.credential.id, nowMs);
  }

  /** The try failed; also after its first byte, when nothing follows but bookkeeping. */
  failed(failure: TurnFailure, nowMs: number): void {
    const { conversation, bindings } = this.#parts;
    if (this.#waitsForHost(failure) || this.#staysHome(failure, nowMs)) return;
    const lost = !failure.neutral || ACCOUNT_LOST.has(failure.code);
    if (lost && conversation !== undefined && this.#current !== undefined) {
      bindings.release(conversation, this.#current.credential.id, nowMs);
    }
    if (isUsageLimit(failure) && this.#current) this.#limited.add(this.#current.credential.id);
    if (failure.verdict === 'stop') this.#stop = failure;
    else if (isPassedOver(failure)) this.#passOver(failure);
    else this.#failure = failure;
  }

  /** Not sent, and its host is being replaced: the same credential again, its cache is there. */
  #waitsForHost({ code, verdict }: TurnFailure): boolean {
    if (code !== 'host_lost' || verdict !== 'next' || this.#choice.choosy) return false;
    if (this.#current === undefined || this.#hostsLost >= MAX_HOSTS_LOST) return false;
    this.#hostsLost += 1;
    this.#attempted -= 1;
    this.#tried.delete(this.#current.credential.id);
    return true;
  }

  /** The conversation's home only rests for a moment: it is asked again. */
  #staysHome(failure: TurnFailure, nowMs: number): boolean {
    const home = this.#choice.home(nowMs);
    const id = this.#current?.credential.id;
    if (home === undefined || home.credential.id !== id) return false;
    if (!this.#stay.stays(home, failure, nowMs)) return false;
    this.#failure = failure;
    this.#attempted -= 1;
    this.#tried.delete(id);
    return true;
  }

  /** The credential's host did not come back in time: nothing was asked of it. */
  skipped(_nowMs: number): void {
    this.#passOver(
      new SwitchyardError('credential_not_ready', {
        message: 'the worker of this credential is being replaced',
      }),
    );
  }

  #passOver(failure: SwitchyardError | TurnFailure): void {
    this.#passedOver = failure;
    this.#attempted -= 1;
  }

  #endRound(nowMs: number): RoutedStep {
    if (this.#choice.choosy) return { do: 'fail', failure: new SwitchyardError('replay_required') };
    const error = this.#failure ?? this.#refusal(nowMs);
    const wait = this.#round < MAX_ROUNDS ? this.#waitAfter(error, nowMs) : undefined;
    if (wait !== undefined) {
      this.#startRound(this.#round + 1);
      return wait > 0 ? { do: 'wait', ms: wait } : this.next(nowMs);
    }
    if (this.#bootstraps > 0 && this.#failure !== undefined && mayBootstrap(this.#failure)) {
      this.#bootstraps -= 1;
      this.#startRound(0);
      return this.next(nowMs);
    }
    return { do: 'fail', failure: this.#final(this.#failure ?? this.#earlier ?? error, nowMs) };
  }

  /**
   * A usage limit is final for Codex, which then shows its reset time (clients.md 2, row 13): it is
   * the answer only when everybody else waits for a quota too.
   */
  #final(failure: SwitchyardError | TurnFailure, nowMs: number): SwitchyardError | TurnFailure {
    if (failure instanceof SwitchyardError || !isUsageLimit(failure)) return failure;
    const { resolved, states } = this.#parts;
    const others = summarise(
      resolved.model,
      states,
      nowMs,
      (offer) => this.#choice.counts(offer) && !this.#limited.has(offer.credential.id),
    );
    if (others.onlyQuota) return failure;
    return refusalOf(resolved.model, resolved.routeModel, others, nowMs);
  }

  #waitAfter(error: SwitchyardError | TurnFailure, nowMs: number): number | undefined {
    const { resolved, states, retry, random } = this.#parts;
    return waitForRound({
      model: resolved.model,
      states,
      retry,
      round: this.#round,
      status: statusForRounds(error),
      counts: (offer) => this.#choice.counts(offer),
      nowMs,
      random: random(),
    });
  }

  #startRound(round: number): void {
    const { resolved, retry } = this.#parts;
    this.#round = round;
    this.#attempted = 0;
    this.#earlier = this.#failure ?? this.#earlier;
    this.#failure = undefined;
    this.#passedOver = undefined;
    this.#tried = new Set();
    for (const offer of resolved.model.offers.values()) {
      if (roundsOf(offer, retry) < round) this.#tried.add(offer.credential.id);
    }
  }

  /** Nobody was asked: why not? */
  #refusal(nowMs: number): SwitchyardError | TurnFailure {
    const { resolved, states } = this.#parts;
    const passedOver = this.#passedOver;
    const blocked = summarise(
      resolved.model,
      states,
      nowMs,
      (offer) =>
        this.#choice.counts(offer) &&
        (passedOver !== undefined || !this.#tried.has(offer.credential.id)),
    );
    if (passedOver !== undefined && blocked.untilMs <= nowMs) return passedOver;
    return refusalOf(resolved.model, resolved.routeModel, blocked, nowMs);
  }

  /** Every request of a pool starts one name further (routing.md 3.8). */
  #poolStart(offer: Offer): number {
    if (offer.upstream.length < 2) return 0;
    const { cursors, resolved } = this.#parts;
    const cursor = cursors.of(`pool:${offer.credential.id}:${resolved.model.info.id}`);
    const start = cursor.next % offer.upstream.length;
    cursor.next = start + 1;
    return start;
  }
}

/** The actor or its host could not take the turn: no attempt was made. */
function isPassedOver({ code }: TurnFailure): boolean {
  return isOwnCode(code) && CATALOGUE[code].fault === 'local';
}

/** `auth_unavailable` and `auth_not_found` have no status yet when rounds are decided. */
function statusForRounds(error: SwitchyardError | TurnFailure): number {
  if (!(error instanceof SwitchyardError)) return error.status;
  return error.code === 'model_cooldown' ? error.status : 0;
}

/** The upstream's own words for an account that is out (codex.md 5.3). */
function isUsageLimit({ body }: TurnFailure): boolean {
  return body?.includes('usage_limit_reached') ?? false;
}

function mayBootstrap({ status }: TurnFailure): boolean {
  return BOOTSTRAP.has(status) || status >= 500;
}

/**
 * One turn at its credential: attempts until one is answered, or nothing is left to try. While
 * nothing was sent to the client it goes on to the credential's further upstream models, and once
 * more after a token refresh. Changes no state: the actor does, on `settled`.
 */
import { Attempt } from './attempt.ts';
import { classify, type Classification } from './classify.ts';
import { NO_SUMMARY, turnFailure, upstreamTurnFailure } from './turn-failure.ts';
import { SwitchyardError, toSwitchyardError } from '../errors.ts';
import { isBadSignature } from '../providers/codex/reclassify.ts';
import { isCountPath } from '../providers/paths.ts';
import { isPassingFault } from './passing-fault.ts';
import type { AttemptListener, AttemptOwner } from './attempt-types.ts';
import type { CallPhase } from '../upstream/types.ts';
import type { CompiledRule, UpstreamFailure } from '../providers/types.ts';
import type { Token } from './tokens/keeper.ts';
import type { TurnRequest, TurnSummary } from '../turn.ts';
import type { TurnStream } from './turn-stream.ts';
import type { TurnUsage } from '../formats/format.ts';

/** What a turn needs of its credential and host. */
export interface TurnOwner extends AttemptOwner {
  readonly rules: CompiledRule[];
  /** Is this upstream model of the credential free to use now? */
  isFree(model: string): boolean;
  /** The token that was used was refused: a newer one, or undefined when there is none. */
  renewToken(refused: string): Promise<Token | undefined>;
  /** One attempt ended. Undefined classification: success. */
  settled(model: string, outcome: Classification | undefined): void;
  /** The turn is over and can be forgotten. */
  finished(turn: Turn): void;
}

/** One turn on one credential. */
export class Turn implements AttemptListener {
  readonly request: TurnRequest;
  readonly stream: TurnStream;
  readonly #owner: TurnOwner;
  readonly #startedAtMs: number;
  #model = '';
  #modelIndex = -1;
  #token: Token | undefined;
  #renewed = false;
  /** No socket can be had for this turn. */
  #httpOnly = false;
  #attempt: Attempt | undefined;
  #ttfbMs = -1;
  /** What attempts before the present one cost. */
  #earlierMs = 0;

  constructor(request: TurnRequest, stream: TurnStream, owner: TurnOwner) {
    this.request = request;
    this.stream = stream;
    this.#owner = owner;
    this.#startedAtMs = owner.now();
  }

  /** Starts the first attempt. Errors become a failure of the stream, never a throw. */
  start(token: Token): void {
    this.#token = token;
    this.#nextModel(undefined);
  }

  /** The client left, or the host drains: the upstream connection is cut at once. */
  cancel(): void {
    this.stream.cancel();
    this.#attempt?.abort();
    this.#owner.finished(this);
  }

  /** Ends the turn with an error of our own, e.g. because the host drains. */
  refuse(error: SwitchyardError): void {
    this.stream.fail(turnFailure(error, this.#summary(error.status, undefined)));
    this.#attempt?.abort();
    this.#owner.finished(this);
  }

  onFirstByte(): void {
    if (this.#ttfbMs < 0) this.#ttfbMs = this.#owner.now() - this.#startedAtMs;
  }

  onDone(status: number, usage: TurnUsage | undefined): void {
    // A count proves nothing about turns.
    if (!isCountPath(this.request.path)) this.#owner.settled(this.#model, undefined);
    this.stream.end(this.#summary(status, usage));
    this.#owner.finished(this);
  }

  onFailure(failure: UpstreamFailure, phase: CallPhase): void {
    if (this.stream.ended) return;
    if (isBadSignature(failure.body) && this.#repeatsWithoutReplay()) return;
    const outcome = classify(failure, this.#owner.rules, this.request.path, phase);
    if (this.#mayRenew(failure)) this.#renewAndRepeat(failure, outcome);
    else if (this.#mayRepeat(outcome)) this.#fail(failure, { ...outcome, neutral: true }, true);
    else this.#settleFailure(failure, outcome);
  }

  onHttp(): void {
    this.#httpOnly = true;
    if (!this.stream.ended) this.#try();
  }

  /** No state changes, and no other credential is asked. */
  onFault(thrown: unknown): void {
    if (!this.stream.ended) this.refuse(toSwitchyardError(thrown));
  }

  /** Moves on to the next free upstream model of the pool; without one, answers with `last`. */
  #nextModel(last: (() => void) | undefined): void {
    const models = this.request.upstreamModels;
    for (let index = this.#modelIndex + 1; index < models.length; index += 1) {
      const model = models[index] as string;
      if (!this.#owner.isFree(model)) continue;
      this.#modelIndex = index;
      this.#model = model;
      this.#try();
      return;
    }
    this.#modelIndex = models.length;
    if (last !== undefined) last();
    else this.refuse(new SwitchyardError('credential_not_ready'));
  }

  #try(): void {
    this.#earlierMs += this.#attempt?.facts.ownMs ?? 0;
    const { request, stream } = this;
    const plan = {
      request,
      stream,
      model: this.#model,
      thinking: request.thinking[this.#modelIndex] ?? undefined,
      token: this.#token as Token,
      startedAtMs: this.#startedAtMs,
      httpOnly: this.#httpOnly,
    };
    this.#attempt = new Attempt(plan, this.#owner, this);
    this.#attempt.start();
  }

  #repeatsWithoutReplay(): boolean {
    const replayed = this.#attempt?.forgetReplay() ?? false;
    if (!replayed || this.stream.committed) return false;
    this.#try();
    return true;
  }

  /** One refresh and one repeat per attempt, OAuth only (routing.md 7.3). */
  #mayRenew(failure: UpstreamFailure): boolean {
    return (
      failure.status === 401 &&
      this.#owner.record.kind === 'oauth' &&
      !this.#renewed &&
      !this.stream.committed
    );
  }

  #renewAndRepeat(failure: UpstreamFailure, outcome: Classification): void {
    this.#renewed = true;
    const refused = this.#token?.token ?? '';
    this.#owner.renewToken(refused).then(
      (token) => {
        if (this.stream.ended) return;
        if (token === undefined) return this.#settleFailure(failure, outcome);
        this.#token = token;
        this.#try();
      },
      (thrown: unknown) => this.onFault(thrown),
    );
  }

  #settleFailure(failure: UpstreamFailure, outcome: Classification): void {
    this.#owner.settled(this.#model, outcome);
    const { committed } = this.stream;
    if (outcome.verdict === 'next' && !failure.credentialScoped && !committed) {
      this.#nextModel(() => this.#fail(failure, outcome));
    } else this.#fail(failure, outcome);
  }

  /** The front asks once more: only a second fault counts. */
  #mayRepeat(outcome: Classification): boolean {
    return this.request.mayRepeat === true && !this.stream.committed && isPassingFault(outcome);
  }

  #fail(failure: UpstreamFailure, outcome: Classification, repeat = false): void {
    const summary = this.#summary(failure.status, undefined);
    const passesHeaders = failure.final === true || this.#owner.settings.passthroughHeaders;
    const mayGoOn = !this.stream.committed;
    const circumstances = { mayGoOn, repeat, passesHeaders, summary };
    this.stream.fail(upstreamTurnFailure(failure, outcome, circumstances));
    this.#owner.finished(this);
  }

  #summary(status: number, usage: TurnUsage | undefined): TurnSummary {
    const facts = this.#attempt?.facts ?? NO_SUMMARY;
    return {
      status,
      upstreamModel: this.#model,
      continuity: facts.continuity,
      usage: usage ?? null,
      upstreamTtfbMs: this.#ttfbMs,
      ownMs: this.#earlierMs + facts.ownMs,
      transport: facts.transport,
      savedBytes: facts.savedBytes,
    };
  }
}

/**
 * One turn at its credential: encodes the request, calls the upstream, streams the answer, and
 * reports the outcome. Tries the credential's further upstream models, and once more after a token
 * refresh, while nothing was sent to the client. Changes no state: the actor does, on `settled`.
 */
import { UpstreamAnswer } from './answer.ts';
import { classify, type Classification } from './classify.ts';
import { turnFailure } from './turn-failure.ts';
import { SwitchyardError, toSwitchyardError } from '../errors.ts';
import { isBadSignature } from '../providers/codex/reclassify.ts';
import { sealedHeaders, sealedTurnState } from '../providers/codex/turn-state.ts';
import { isCountPath } from '../providers/paths.ts';
import { isWarmUp } from './warm-up.ts';
import { scanRequest } from '../formats/codex/input-chain.ts';
import { prepareTurn, type PreparedTurn } from './prepare.ts';
import type { CompiledRule, Provider, UpstreamFailure } from '../providers/types.ts';
import type { ReasoningReplay } from './reasoning-replay/reasoning-replay.ts';
import type { SocketCall } from './sockets/socket-call.ts';
import type { TurnSockets } from './sockets/turn-sockets.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import type { HostSettings } from './settings.ts';
import type { QuotaReading } from '../credentials/quota.ts';
import type { Translation } from './translation.ts';
import type { TurnRequest, TurnSummary } from '../turn.ts';
import type { TurnStream } from './turn-stream.ts';
import type { Caller, CallPhase, UpstreamCall } from '../upstream/types.ts';
import type { Token } from './tokens/keeper.ts';
import type { TurnUsage } from '../formats/format.ts';

/** What a turn needs of its credential and host. */
export interface TurnOwner {
  readonly record: CredentialRecord;
  readonly provider: Provider;
  readonly rules: CompiledRule[];
  readonly settings: HostSettings;
  readonly upstream: Caller;
  /** Its upstream WebSockets. */
  readonly sockets: TurnSockets;
  /** Reasoning of conversations whose client may drop it. */
  readonly replay: ReasoningReplay;
  readonly translation: Translation;
  now(): number;
  /** Is this upstream model of the credential free to use now? */
  isFree(model: string): boolean;
  /** The token that was used was refused: a newer one, or undefined when there is none. */
  renewToken(refused: string): Promise<Token | undefined>;
  /** One attempt ended. Undefined classification: success. */
  settled(turn: Turn, model: string, outcome: Classification | undefined): void;
  /** `askedAtMs`: start of the turn, undefined when its answer failed. */
  observed(reading: QuotaReading, model: string, askedAtMs: number | undefined): void;
  /** The turn is over and can be forgotten. */
  finished(turn: Turn): void;
  /** One diagnostic line per upstream request (codex.md 4.5). */
  diagnose(turn: Turn, prepared: PreparedTurn): void;
}

/** One turn on one credential. */
export class Turn {
  readonly request: TurnRequest;
  readonly stream: TurnStream;
  readonly #owner: TurnOwner;
  readonly #startedAt: number;
  #model = '';
  #modelIndex = -1;
  #token: Token | undefined;
  #renewed = false;
  #call: UpstreamCall | undefined;
  #socketCall: SocketCall | undefined;
  /** Every error of the upstream is the client's. */
  #errorsAreFinal = false;
  /** No socket can be had for this turn. */
  #httpOnly = false;
  /** Reasoning was put into the request. */
  #replayed = false;
  #prepared: PreparedTurn | undefined;
  #ttfbMs = -1;
  #ownMs = 0;
  #status = 0;
  #upstreamHeaders: string[] = [];

  constructor(request: TurnRequest, stream: TurnStream, owner: TurnOwner) {
    this.request = request;
    this.stream = stream;
    this.#owner = owner;
    this.#startedAt = owner.now();
  }

  get #counts(): boolean {
    return isCountPath(this.request.path);
  }

  /** Starts the first attempt. Errors become a failure of the stream, never a throw. */
  start(token: Token): void {
    this.#token = token;
    this.#nextModel(undefined);
  }

  /** The client left, or the host drains: the upstream connection is cut at once. */
  cancel(): void {
    this.stream.cancel();
    this.#call?.abort();
    this.#owner.finished(this);
  }

  /** Ends the turn with an error of our own, e.g. because the host drains. */
  refuse(error: SwitchyardError): void {
    this.stream.fail(turnFailure(error, this.#summary(error.status, undefined)));
    this.#call?.abort();
    this.#owner.finished(this);
  }

  /** Moves on to the next free upstream model of the pool; without one, answers with `last`. */
  #nextModel(last: (() => void) | undefined): void {
    const models = this.request.upstreamModels;
    for (let index = this.#modelIndex + 1; index < models.length; index += 1) {
      const model = models[index] as string;
      if (!this.#owner.isFree(model)) continue;
      this.#modelIndex = index;
      this.#model = model;
      this.#attempt();
      return;
    }
    this.#modelIndex = models.length;
    if (last !== undefined) last();
    else this.refuse(new SwitchyardError('credential_not_ready'));
  }

  #attempt(): void {
    const thinking = this.request.thinking[this.#modelIndex] ?? undefined;
    const began = performance.now();
    try {
      const maySocket = !this.#httpOnly && this.#owner.sockets.usable(this.request.continues);
      const prepared = prepareTurn(this.#owner, this.request, this.#model, thinking, maySocket);
      this.#socketCall = undefined;
      this.#prepared = prepared;
      const encoded = this.#owner.translation.encode(prepared);
      this.#ownMs += performance.now() - began;
      if (encoded instanceof Promise) {
        encoded.then(
          (body) => this.#dispatch(prepared, body),
          (thrown: unknown) => this.#failLocally(thrown),
        );
      } else this.#dispatch(prepared, encoded);
    } catch (thrown) {
      this.#failLocally(thrown);
    }
  }

  #dispatch(prepared: PreparedTurn, encoded: Uint8Array): void {
    if (this.stream.ended) return;
    const began = performance.now();
    try {
      const { body, translator } = this.#withReplay(prepared, encoded);
      const answer = new UpstreamAnswer(
        {
          provider: this.#owner.provider,
          translator,
          expectsStream: prepared.streaming,
          maxAnswerBytes: this.#owner.settings.maxAnswerBytes,
          holdsHandshake:
            prepared.upstreamFormat === 'codex' && this.#owner.settings.codexBootstrapBuffering,
          now: () => this.#owner.now(),
        },
        this.#listener(),
      );
      this.#owner.diagnose(this, prepared);
      if (prepared.over.transport === 'http') this.#overHttp(prepared, body, answer);
      else this.#overSocket(prepared, prepared.over.conversation, body, answer);
    } catch (thrown) {
      this.#failLocally(thrown);
    }
    this.#ownMs += performance.now() - began;
  }

  #withReplay(prepared: PreparedTurn, encoded: Uint8Array) {
    const { replay: conversation } = prepared;
    if (conversation === undefined) {
      return { body: encoded, translator: prepared.translator(encoded) };
    }
    const { replay } = this.#owner;
    const body = replay.restored(conversation, encoded);
    this.#replayed = body !== encoded;
    const translator = replay.recorded(prepared.translator(body), conversation, encoded);
    return { body, translator };
  }

  #overHttp(prepared: PreparedTurn, body: Uint8Array, answer: UpstreamAnswer): void {
    this.#refuseWhatHttpCanNot();
    const { provider } = this.#owner;
    const request = prepared.upstreamRequest(body, this.#token as Token);
    this.#errorsAreFinal = !this.#counts && (provider.errorsAreFinal?.(request) ?? false);
    this.stream.onDispatch();
    this.#follow(this.#owner.upstream.call(request, answer), answer);
  }

  #overSocket(
    prepared: PreparedTurn,
    conversation: string,
    body: Uint8Array,
    answer: UpstreamAnswer,
  ): void {
    const { request } = this;
    const call = this.#owner.sockets.call({
      conversation,
      scan: scanRequest(body),
      session: request.executionSession,
      continues: request.continues,
      warmUp: isWarmUp(request),
      request: prepared.socketRequest(this.#token as Token),
      sink: answer,
      listener: {
        onSending: () => this.stream.onDispatch(),
        onHttp: () => this.#repeatOverHttp(),
        onPrivate: (event) => {
          const { provider } = this.#owner;
          this.#observe(provider.quotaOfEvent(event, this.#owner.now()), false);
        },
      },
    });
    this.#socketCall = call;
    this.#follow(call, answer);
    call.start();
  }

  #follow(call: UpstreamCall, answer: UpstreamAnswer): void {
    answer.call = call;
    this.#call = call;
    this.stream.attach(call);
  }

  #repeatOverHttp(): void {
    this.#httpOnly = true;
    if (!this.stream.ended) this.#attempt();
  }

  /** An answer that only a socket knows, and a warm-up, mean nothing over HTTP (codex.md 2.8). */
  #refuseWhatHttpCanNot(): void {
    const { request } = this;
    if (request.continues || isWarmUp(request)) throw new SwitchyardError('replay_required');
  }

  #listener(): ConstructorParameters<typeof UpstreamAnswer>[1] {
    return {
      onHead: (status, headers) => this.#onHead(status, headers),
      onQuota: (reading, failed) => this.#observe(reading, failed),
      onText: (text) => {
        this.#commit();
        this.stream.write(text);
      },
      onBody: (body) => {
        this.#commit();
        this.stream.writeBytes(typeof body === 'string' ? Buffer.from(body, 'utf8') : body);
      },
      onDone: (usage) => this.#onDone(usage),
      onFailure: (failure, phase) =>
        this.#onFailure({ ...failure, final: this.#errorsAreFinal }, phase),
    };
  }

  #onHead(status: number, headers: string[]): void {
    this.#status = status;
    this.#upstreamHeaders = headers;
    const now = this.#owner.now();
    if (this.#ttfbMs < 0) this.#ttfbMs = now - this.#startedAt;
    // Counting has limits of its own, under the same names.
    if (this.#counts) return;
    this.#observe(this.#owner.provider.quotaOfHeaders(headers, now), status >= 400);
  }

  /** What a failed answer says about the quota disproves no failure: it may be this very one. */
  #observe(reading: QuotaReading | undefined, failed: boolean): void {
    if (reading === undefined) return;
    this.#owner.observed(reading, this.#model, failed ? undefined : this.#startedAt);
  }

  #commit(): void {
    if (this.stream.committed) return;
    const type = this.request.stream ? 'text/event-stream' : 'application/json';
    const { handle } = this.#owner.record;
    // The turn state goes to the client even without passthrough (clients.md 2, row 8).
    const headers = this.#owner.settings.passthroughHeaders
      ? sealedHeaders(handle, this.#upstreamHeaders)
      : sealedTurnState(handle, this.#upstreamHeaders);
    this.stream.head(this.#status, type, headers, this.#prepared?.continuity.source ?? 'none');
  }

  #onDone(usage: TurnUsage | undefined): void {
    // A count proves nothing about turns.
    if (!this.#counts) this.#owner.settled(this, this.#model, undefined);
    this.#commit();
    this.stream.end(this.#summary(this.#status, usage));
    this.#owner.finished(this);
  }

  #onFailure(failure: UpstreamFailure, phase: CallPhase): void {
    if (this.stream.ended) return;
    if (isBadSignature(failure.body) && this.#repeatsWithoutReplay()) return;
    const outcome = classify(failure, this.#owner.rules, this.request.path, phase);
    if (this.#mayRenew(failure)) {
      this.#renewAndRepeat(failure, outcome);
      return;
    }
    this.#settleFailure(failure, outcome);
  }

  /** The upstream refused reasoning, perhaps what was put back here: that is forgotten. */
  #repeatsWithoutReplay(): boolean {
    const conversation = this.#prepared?.replay;
    if (conversation === undefined) return false;
    this.#owner.replay.forget(conversation);
    if (!this.#replayed || this.stream.committed) return false;
    this.#attempt();
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
        this.#attempt();
      },
      (thrown: unknown) => this.#failLocally(thrown),
    );
  }

  #settleFailure(failure: UpstreamFailure, outcome: Classification): void {
    this.#owner.settled(this, this.#model, outcome);
    const answer = (): void => {
      const summary = this.#summary(failure.status, undefined);
      const stop = outcome.verdict === 'stop' || this.stream.committed;
      this.stream.fail({
        code: failure.code ?? 'upstream_error',
        status: failure.status,
        message: outcome.message,
        body: failure.body,
        ...(failure.final === true && { verbatim: true }),
        headers: this.#passes(failure) ? failure.headers : [],
        retryAfterMs: failure.retryAfterMs ?? null,
        verdict: stop ? 'stop' : 'next',
        neutral: outcome.neutral,
        summary,
      });
      this.#owner.finished(this);
    };
    const mayTryPool =
      outcome.verdict === 'next' && !failure.credentialScoped && !this.stream.committed;
    if (mayTryPool) this.#nextModel(answer);
    else answer();
  }

  #passes({ final }: UpstreamFailure): boolean {
    return final === true || this.#owner.settings.passthroughHeaders;
  }

  /** A fault of the request or of our own code: no state changes, no other credential. */
  #failLocally(thrown: unknown): void {
    if (this.stream.ended) return;
    this.refuse(toSwitchyardError(thrown));
  }

  #summary(status: number, usage: TurnUsage | undefined): TurnSummary {
    return {
      status,
      upstreamModel: this.#model,
      continuity: this.#prepared?.continuity.source ?? 'none',
      usage: usage ?? null,
      upstreamTtfbMs: this.#ttfbMs,
      ownMs: this.#ownMs,
      transport: this.#socketCall === undefined ? 'http' : 'websocket',
      savedBytes: this.#socketCall?.savedBytes ?? 0,
    };
  }
}

/**
 * The actor of one credential: the only place where its token is held, its cooldowns change and its
 * turns run. State changes happen between awaits, in the order in which things arrive: no locks.
 */
import { applyFailure, applyNewToken, applySuccess, withoutCooldowns } from './cooldown.ts';
import { applyReading } from './cooldown-reading.ts';
import { blockOf } from '../credentials/availability.ts';
import { classify, compileRules, type Classification } from './classify.ts';
import { Mailbox } from './mailbox.ts';
import { providerFor } from '../providers/index.ts';
import { SwitchyardError } from '../errors.ts';
import { ReasoningReplay } from './reasoning-replay/reasoning-replay.ts';
import { TurnSockets } from './sockets/turn-sockets.ts';
import { Turn, type TurnOwner } from './turn.ts';
import { tokenError, tokenFailure } from './tokens/token-failure.ts';
import { diagnosticsOf } from './diagnostics.ts';
import type { CompiledRule, Provider } from '../providers/types.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import type { CredentialState } from '../credentials/state.ts';
import type { Caller } from '../upstream/types.ts';
import type { HostSettings } from './settings.ts';
import type { Keeper, Token } from './tokens/keeper.ts';
import type { QuotaReading } from '../credentials/quota.ts';
import type { Log } from '../observe/log.ts';
import type { PreparedTurn } from './prepare.ts';
import type { SocketClient } from '../upstream/socket/types.ts';
import type { Translation } from './translation.ts';
import type { TurnRequest } from '../turn.ts';
import type { TurnStream } from './turn-stream.ts';

/** What all actors of a host share. */
export interface ActorEnvironment {
  settings: HostSettings;
  readonly upstream: Caller;
  readonly sockets: SocketClient;
  readonly translation: Translation;
  readonly log: Log;
  now(): number;
  /** Clock of the sockets, milliseconds that never go back. */
  clockMs(): number;
  /** The actor's status changed: tell the fronts. */
  publish(actor: CredentialActor): void;
  /** `onNewToken`: the access token changed. */
  keeperFor(record: CredentialRecord, onNewToken: () => void): Keeper;
}

/** One credential and everything that happens on it. */
export class CredentialActor implements TurnOwner {
  record: CredentialRecord;
  provider: Provider;
  rules: CompiledRule[];
  readonly sockets: TurnSockets;
  readonly replay: ReasoningReplay;
  #state: CredentialState;
  #keeper: Keeper;
  readonly #environment: ActorEnvironment;
  readonly #mailbox = new Mailbox<Turn>();
  readonly #turns = new Set<Turn>();
  #obtaining = false;

  constructor(record: CredentialRecord, state: CredentialState, environment: ActorEnvironment) {
    this.record = record;
    this.provider = providerFor(record);
    this.rules = compileRules(record.requestScopedErrors);
    this.#state = state;
    this.#environment = environment;
    const { sockets, settings } = environment;
    this.sockets = new TurnSockets(sockets, settings.sockets, () => environment.clockMs());
    this.replay = new ReasoningReplay(() => environment.clockMs());
    this.#keeper = environment.keeperFor(record, this.#onNewToken);
  }

  get state(): CredentialState {
    return this.#state;
  }

  get inFlight(): number {
    return this.#turns.size;
  }

  get settings(): HostSettings {
    return this.#environment.settings;
  }

  get upstream(): Caller {
    return this.#environment.upstream;
  }

  get translation(): Translation {
    return this.#environment.translation;
  }

  now(): number {
    return this.#environment.now();
  }

  /** A turn for this credential. It runs, waits for the token, or is refused at once. */
  onTurn(request: TurnRequest, stream: TurnStream): Turn {
    const turn = new Turn(request, stream, this);
    this.#turns.add(turn);
    if (this.record.disabled) {
      turn.refuse(new SwitchyardError('credential_not_ready'));
      return turn;
    }
    const token = this.#keeper.current(this.now());
    if (token !== undefined) turn.start(token);
    else if (this.#mailbox.offer(turn)) this.#obtainToken();
    else turn.refuse(new SwitchyardError('mailbox_full'));
    return turn;
  }

  /** The credential's entry or file changed; running turns go on with what they have. */
  onChange(record: CredentialRecord, state: CredentialState): void {
    this.record = record;
    this.provider = providerFor(record);
    this.rules = compileRules(record.requestScopedErrors);
    this.sockets.renew();
    this.#keeper.close();
    this.#keeper = this.#environment.keeperFor(record, this.#onNewToken);
    this.#setState(state);
  }

  /** The file has new content: another program refreshed its tokens, or somebody logged in. */
  onNewFile(): void {
    this.#keeper.look?.();
  }

  /** The host has new settings. */
  onSettings(settings: HostSettings): void {
    this.sockets.limits = settings.sockets;
  }

  /** Cooling was switched off for all credentials: what it caused is void (routing.md 6.6). */
  onCoolingOff(): void {
    if (this.record.disableCooling === undefined) this.#setState(withoutCooldowns(this.#state));
  }

  /** The credential is gone or the host stops: every open turn ends with `error`. */
  onStop(error: SwitchyardError): void {
    for (const turn of [...this.#turns]) turn.refuse(error);
    this.sockets.close();
    this.#keeper.close();
  }

  isFree(model: string): boolean {
    return blockOf(this.#state, this.record.disabled, model, this.now()).reason === 'none';
  }

  renewToken(refused: string): Promise<Token | undefined> {
    return this.#keeper.renew(refused);
  }

  settled(model: string, outcome: Classification | undefined): void {
    const cooling = {
      disableCooling: this.record.disableCooling ?? this.settings.retry.disableCooling,
      transientCooldownMs: this.settings.retry.transientCooldownMs,
    };
    const next =
      outcome === undefined
        ? applySuccess(this.#state, model, this.now())
        : applyFailure(this.#state, model, outcome, cooling, this.now());
    this.#setState(next);
  }

  observed(reading: QuotaReading, model: string, askedAtMs: number | undefined): void {
    this.#setState(applyReading(this.#state, reading, model, askedAtMs));
  }

  finished(turn: Turn): void {
    this.#turns.delete(turn);
    if (this.#mailbox.size > 0) this.#mailbox.remove(turn);
  }

  diagnose(request: TurnRequest, prepared: PreparedTurn): void {
    const log = this.#environment.log;
    if (!log.isLevelEnabled('debug')) return;
    log.debug(diagnosticsOf(this.record, request, prepared), 'upstream request');
  }

  /** What a refused token caused is void (codex.md 6.4). */
  readonly #onNewToken = (): void => {
    this.#setState(applyNewToken(this.#state, this.now()));
  };

  #setState(next: CredentialState): void {
    if (next === this.#state) return;
    this.#state = next;
    this.#environment.publish(this);
  }

  #obtainToken(): void {
    if (this.#obtaining) return;
    this.#obtaining = true;
    this.#keeper.obtain().then(
      (token) => this.#startWaiting(token, undefined),
      (thrown: unknown) => this.#startWaiting(undefined, thrown),
    );
  }

  #startWaiting(token: Token | undefined, cause: unknown): void {
    this.#obtaining = false;
    for (const turn of this.#mailbox.takeAll()) {
      if (turn.stream.ended) continue;
      if (token === undefined) this.#refuseWithoutToken(turn, tokenError(cause));
      else turn.start(token);
    }
  }

  /** A missing token cools the credential like an upstream's refusal (routing.md 7.1). */
  #refuseWithoutToken(turn: Turn, error: SwitchyardError): void {
    const { path, upstreamModels } = turn.request;
    const outcome = classify(tokenFailure(error), this.rules, path, 'not-sent');
    this.settled(upstreamModels[0] ?? '', outcome);
    turn.refuse(error);
  }
}

/** One turn on an open socket: how far it came, its limits, and exactly one ending. */
import { limitFailure } from '../failures.ts';
import { SwitchyardError } from '../../errors.ts';
import type { CallPhase } from '../types.ts';
import type { SocketEnd, SocketTurn, SocketTurnHandler } from './types.ts';
import type { UpstreamTimeouts } from '../../config/types.ts';

/** What a turn may do with its socket. Without effect for a turn that the socket does not carry. */
export interface TurnOwner {
  now(): number;
  setPaused(turn: RunningTurn, paused: boolean): void;
  /** The turn is over, the socket goes on. */
  release(turn: RunningTurn): void;
  /** The turn is over, and so is the socket. */
  abandon(turn: RunningTurn, error: SwitchyardError): void;
}

/** See the head of the file. */
export class RunningTurn implements SocketTurn {
  readonly #handler: SocketTurnHandler;
  readonly #owner: TurnOwner;
  #phase: CallPhase = 'not-sent';
  #since: number;
  #moved = false;
  #paused = false;
  #ended = false;

  constructor(handler: SocketTurnHandler, owner: TurnOwner) {
    this.#handler = handler;
    this.#owner = owner;
    this.#since = owner.now();
  }

  /** The frame was handed to the operating system. */
  markSent(): void {
    if (this.#phase === 'not-sent') this.#phase = 'sent';
  }

  /** A data frame came. */
  markAnswering(): void {
    this.#phase = 'answering';
    this.#moved = true;
  }

  /** Hands on a text frame; what the handler throws comes out. */
  take(text: string): void {
    if (!this.#ended) this.#handler.onFrame(text);
  }

  fail(error: SwitchyardError, end: SocketEnd | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#handler.onError(error, this.#phase, end);
  }

  /** The limit that ran out, if one did. A turn that we hold back ourselves has none. */
  expired(now: number, limits: UpstreamTimeouts): SwitchyardError | undefined {
    if (this.#paused || this.#moved) {
      this.#since = now;
      this.#moved = false;
      return undefined;
    }
    const begun = this.#phase === 'answering';
    const limit = begun ? limits.idleMs : limits.firstEventMs;
    if (limit <= 0 || now - this.#since < limit) return undefined;
    return begun
      ? limitFailure('upstream_stalled', 'the upstream sent nothing more', limit)
      : limitFailure('upstream_timeout', 'the upstream sent no first event', limit);
  }

  pause(): void {
    if (this.#ended || this.#paused) return;
    this.#paused = true;
    this.#owner.setPaused(this, true);
  }

  resume(): void {
    if (this.#ended || !this.#paused) return;
    this.#paused = false;
    this.#since = this.#owner.now();
    this.#owner.setPaused(this, false);
  }

  /** Nothing to do: every frame is a whole event, so the first one was seen here already. */
  markFirstEvent(): void {}

  abort(): void {
    if (this.#ended) return;
    const cancelled = new SwitchyardError('cancelled');
    this.#owner.abandon(this, cancelled);
    this.fail(cancelled, undefined);
  }

  done(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#owner.release(this);
  }
}

/** One turn on an open socket: how far it came, its limits, and exactly one ending. */
import { limitFailure } from '../failures.ts';
import { SwitchyardError, toSwitchyardError } from '../../errors.ts';
import type { CallPhase } from '../types.ts';
import type { SocketEnd, SocketTurn, SocketTurnHandler } from './types.ts';
import type { UpstreamTimeouts } from '../../config/types.ts';

/** What a turn may do with its socket. */
export interface TurnSocket {
  now(): number;
  setPaused(paused: boolean): void;
  /** The turn is over, the socket goes on. */
  release(): void;
  /** The turn is over, and so is the socket. */
  cut(error: SwitchyardError): void;
}

/** See the head of the file. */
export class RunningTurn implements SocketTurn {
  readonly #handler: SocketTurnHandler;
  readonly #socket: TurnSocket;
  #phase: CallPhase = 'not-sent';
  #since: number;
  #moved = false;
  #paused = false;
  #ended = false;

  constructor(handler: SocketTurnHandler, socket: TurnSocket) {
    this.#handler = handler;
    this.#socket = socket;
    this.#since = socket.now();
  }

  /** The frame was handed to the operating system. */
  markSent(): void {
    if (this.#phase === 'not-sent') this.#phase = 'sent';
  }

  take(text: string): void {
    if (this.#ended) return;
    this.#phase = 'answering';
    this.#moved = true;
    try {
      this.#handler.onFrame(text);
    } catch (thrown) {
      this.#socket.cut(toSwitchyardError(thrown));
    }
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
    this.#socket.setPaused(true);
  }

  resume(): void {
    if (this.#ended || !this.#paused) return;
    this.#paused = false;
    this.#since = this.#socket.now();
    this.#socket.setPaused(false);
  }

  /** The first frame is seen here already. */
  markFirstEvent(): void {
    this.#phase = 'answering';
  }

  abort(): void {
    if (!this.#ended) this.#socket.cut(new SwitchyardError('cancelled'));
  }

  done(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.release();
  }
}

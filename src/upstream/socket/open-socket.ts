/**
 * An upstream WebSocket after its handshake: one turn at a time, its limits, pings, and the one
 * ending. An idle one holds no timer and nothing of its last turn.
 */
import { badFrame, CUT, endFailure, socketFailure } from './ends.ts';
import { limitFailure } from '../failures.ts';
import { RunningTurn } from './running-turn.ts';
import type { SwitchyardError } from '../../errors.ts';
import type { Deadlines, Watched } from '../deadlines.ts';
import type { SocketEnd, SocketLimits, SocketTurn } from './types.ts';
import type { SocketTurnHandler, UpstreamSocket } from './types.ts';
import type { UpstreamTimeouts } from '../../config/types.ts';
import type { WebSocket } from 'ws';

/** Milliseconds for the other side to answer a close frame. */
export const CLOSE_MS = 2_000;

/** What all sockets of a client share; settings change while sockets are open. */
export interface SocketHome {
  readonly deadlines: Deadlines;
  readonly timeouts: UpstreamTimeouts;
  readonly limits: SocketLimits;
  forget(socket: OpenSocket): void;
}

/** See the head of the file. */
export class OpenSocket implements UpstreamSocket, Watched {
  readonly openedAt: number;
  readonly headers: string[];
  onClosed: ((end: SocketEnd) => void) | undefined;
  readonly #ws: WebSocket;
  readonly #home: SocketHome;
  #turn: RunningTurn | undefined;
  #turns = 0;
  #restedAt: number;
  #pingAt: number;
  #awaitsPong = false;
  #closingAt: number | undefined;
  #closed = false;
  /** Why it ends, when that is known before `close`. */
  #failure: SwitchyardError | undefined;

  constructor(ws: WebSocket, headers: string[], home: SocketHome) {
    this.#ws = ws;
    this.#home = home;
    this.headers = headers;
    this.openedAt = home.deadlines.now();
    this.#restedAt = this.openedAt;
    this.#pingAt = this.openedAt;
    ws.on('message', (data: Buffer, isBinary) => this.#onMessage(data, isBinary));
    ws.on('pong', () => (this.#awaitsPong = false));
    ws.on('error', (error) => (this.#failure ??= socketFailure(error)));
    ws.on('close', (code, reason) => this.#onClose({ code, reason: reason.toString('utf8') }));
    home.deadlines.watch(this);
  }

  get open(): boolean {
    return !this.#closed && this.#closingAt === undefined && this.#ws.readyState === this.#ws.OPEN;
  }

  get busy(): boolean {
    return this.#turn !== undefined;
  }

  get turns(): number {
    return this.#turns;
  }

  send(frame: Uint8Array, handler: SocketTurnHandler): SocketTurn {
    const turn = new RunningTurn(handler, {
      now: () => this.#home.deadlines.now(),
      setPaused: (paused) => (paused ? this.#ws.pause() : this.#ws.resume()),
      release: () => this.#release(turn),
      cut: (error) => this.#cut(error),
    });
    if (!this.open || this.busy) {
      queueMicrotask(() => turn.fail(endFailure({ code: CUT, reason: 'not open' }), undefined));
      return turn;
    }
    this.#turn = turn;
    this.#turns += 1;
    this.#ws.send(frame, { binary: false, compress: false }, (error) => {
      if (!error) turn.markSent();
    });
    return turn;
  }

  close(): void {
    if (this.#closed || this.#closingAt !== undefined) return;
    this.#closingAt = this.#home.deadlines.now();
    this.#ws.close(1000);
  }

  /** Ends the socket at once. */
  terminate(error: SwitchyardError): void {
    this.#cut(error);
  }

  onTick(now: number): void {
    const { limits, timeouts } = this.#home;
    if (this.#closingAt !== undefined) {
      if (now - this.#closingAt >= CLOSE_MS) this.#ws.terminate();
      return;
    }
    const failure = this.#turn?.expired(now, timeouts);
    if (failure !== undefined) return this.#cut(failure);
    if (!this.busy && limits.idleMs > 0 && now - this.#restedAt >= limits.idleMs) {
      return this.close();
    }
    if (limits.pingMs > 0 && now - this.#pingAt >= limits.pingMs) this.#ping(now, limits.pingMs);
  }

  #ping(now: number, pingMs: number): void {
    this.#pingAt = now;
    // A reader that we hold back can not bring its pong.
    if (this.#ws.isPaused) return;
    if (this.#awaitsPong) {
      this.#cut(limitFailure('upstream_stalled', 'the upstream answered no ping', pingMs));
      return;
    }
    this.#awaitsPong = true;
    this.#ws.ping();
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    const turn = this.#turn;
    if (isBinary) return this.#cut(badFrame('it is binary'));
    // Nobody waits for what comes between turns (codex.md 2.5).
    if (turn === undefined || data.length === 0) return;
    const text = data.toString('utf8');
    if (text.trim() !== '') turn.take(text);
  }

  #cut(error: SwitchyardError): void {
    this.#failure ??= error;
    const turn = this.#turn;
    this.#turn = undefined;
    this.#ws.terminate();
    turn?.fail(error, undefined);
  }

  #onClose(end: SocketEnd): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#home.deadlines.forget(this);
    this.#home.forget(this);
    const turn = this.#turn;
    this.#turn = undefined;
    if (this.#failure === undefined) turn?.fail(endFailure(end), end);
    else turn?.fail(this.#failure, lostBy(this.#failure, end));
    this.onClosed?.(end);
  }

  #release(turn: RunningTurn): void {
    if (this.#turn !== turn) return;
    this.#turn = undefined;
    this.#restedAt = this.#home.deadlines.now();
    if (this.#ws.isPaused) this.#ws.resume();
  }
}

/** A reset connection is an end that the other side made; broken bytes are not. */
const lostBy = (failure: SwitchyardError, end: SocketEnd): SocketEnd | undefined =>
  failure.code === 'upstream_connection_lost' ? end : undefined;

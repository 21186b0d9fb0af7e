/**
 * An upstream WebSocket after its handshake: one turn at a time, its limits, pings, and the one
 * ending. An idle one holds no timer and nothing of its last turn.
 */
import { badFrame, endFailure, noPong, notUsable, socketFailure } from './ends.ts';
import { RunningTurn, type TurnOwner } from './running-turn.ts';
import { toSwitchyardError, type SwitchyardError } from '../../errors.ts';
import type { Deadlines, Watched } from '../deadlines.ts';
import type { Duplex } from 'node:stream';
import type { SocketEnd, SocketLimits, SocketTurn } from './types.ts';
import type { SocketTurnHandler, UpstreamSocket } from './types.ts';
import type { UpstreamTimeouts } from '../../config/types.ts';
import type { WebSocket } from 'ws';

/** Milliseconds for the other side to end a closing handshake; then the connection is cut. */
export const CLOSE_MS = 2_000;

/** Close codes that we send (RFC 6455, 7.4.1). */
const REGULAR = 1000;
const NOT_TEXT = 1003;

/** What all sockets of a client share; settings change while sockets are open. */
export interface SocketHome {
  readonly deadlines: Deadlines;
  readonly timeouts: UpstreamTimeouts;
  readonly limits: SocketLimits;
  /** The socket is gone. */
  forget(socket: OpenSocket): void;
}

/** See the head of the file. */
export class OpenSocket implements UpstreamSocket, TurnOwner, Watched {
  readonly openedAt: number;
  readonly headers: string[];
  onClosed: ((end: SocketEnd) => void) | undefined;
  readonly #ws: WebSocket;
  readonly #connection: Duplex;
  readonly #home: SocketHome;
  #turn: RunningTurn | undefined;
  #turns = 0;
  #restedAt: number;
  #pingAt: number;
  #awaitsPong = false;
  /** When the end began, ours or the other side's. */
  #closingAt: number | undefined;

  /** `connection`: what `ws` reads and writes. */
  constructor(ws: WebSocket, connection: Duplex, headers: string[], home: SocketHome) {
    this.#ws = ws;
    this.#connection = connection;
    this.#home = home;
    this.headers = headers;
    this.openedAt = home.deadlines.now();
    this.#restedAt = this.openedAt;
    this.#pingAt = this.openedAt;
    ws.on('message', (data: Buffer, isBinary) => this.#onMessage(data, isBinary));
    ws.on('pong', () => (this.#awaitsPong = false));
    // `ws` has sent a close frame that names the fault, and reads nothing more.
    ws.on('error', (error) => this.#leave(socketFailure(error)));
    ws.on('close', (code, reason) => this.#onClose({ code, reason: reason.toString('utf8') }));
    home.deadlines.watch(this);
  }

  get open(): boolean {
    return this.#closingAt === undefined && this.#ws.readyState === this.#ws.OPEN;
  }

  get busy(): boolean {
    return this.#turn !== undefined;
  }

  get turns(): number {
    return this.#turns;
  }

  send(frame: Uint8Array, handler: SocketTurnHandler): SocketTurn {
    const turn = new RunningTurn(handler, this);
    if (!this.open || this.busy) {
      const error = notUsable(this.open ? 'carries another turn' : 'is not open');
      queueMicrotask(() => turn.fail(error, undefined));
      return turn;
    }
    this.#turn = turn;
    this.#turns += 1;
    // A failed write is followed by `close`, which ends the turn.
    this.#ws.send(frame, { binary: false, compress: false }, (error) => {
      if (!error && this.#intact) turn.markSent();
    });
    if (this.#connection.writableLength === 0 && this.#intact) turn.markSent();
    return turn;
  }

  close(): void {
    this.#close(REGULAR);
  }

  /** Ends the socket and its turn at once. */
  terminate(error: SwitchyardError): void {
    this.#leave(error, () => this.#ws.terminate());
  }

  now(): number {
    return this.#home.deadlines.now();
  }

  setPaused(turn: RunningTurn, paused: boolean): void {
    if (this.#turn !== turn) return;
    if (paused) this.#ws.pause();
    else this.#resume();
  }

  release(turn: RunningTurn): void {
    if (this.#turn !== turn) return;
    this.#turn = undefined;
    this.#restedAt = this.now();
    if (this.#ws.isPaused) this.#resume();
  }

  abandon(turn: RunningTurn, error: SwitchyardError): void {
    if (this.#turn === turn) this.terminate(error);
  }

  onTick(now: number): void {
    const { limits, timeouts } = this.#home;
    // The other side began to close, and may never get to the end of it.
    if (this.#ws.readyState !== this.#ws.OPEN) this.#closingAt ??= now;
    if (this.#closingAt !== undefined) {
      if (now - this.#closingAt >= CLOSE_MS) this.#ws.terminate();
      return;
    }
    const failure = this.#turn?.expired(now, timeouts);
    if (failure !== undefined) return this.terminate(failure);
    if (!this.busy && limits.idleMs > 0 && now - this.#restedAt >= limits.idleMs) {
      return this.close();
    }
    if (limits.pingMs > 0 && now - this.#pingAt >= limits.pingMs) this.#ping(now, limits.pingMs);
  }

  /** Node calls writes that it gave up with a destroyed connection successful, too. */
  get #intact(): boolean {
    return !this.#connection.destroyed && this.#connection.errored === null;
  }

  #ping(now: number, pingMs: number): void {
    // A reader that we hold back can not bring its pong.
    if (this.#ws.isPaused) return;
    if (this.#awaitsPong) return this.terminate(noPong(pingMs));
    this.#pingAt = now;
    this.#awaitsPong = true;
    this.#ws.ping();
  }

  #resume(): void {
    // A pong that is still on its way behind other bytes gets the whole time again.
    this.#pingAt = this.now();
    this.#ws.resume();
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    this.#awaitsPong = false;
    const turn = this.#turn;
    try {
      if (isBinary) return this.#onBinary();
      // Nobody waits for what comes between turns (codex.md 2.5).
      const text = turn === undefined ? '' : data.toString('utf8');
      if (text.trim() === '') return;
      turn?.markAnswering();
      turn?.take(text);
    } catch (thrown) {
      this.terminate(toSwitchyardError(thrown));
    }
  }

  #onBinary(): void {
    this.#turn?.markAnswering();
    this.#leave(badFrame('it is binary'), () => this.#close(NOT_TEXT));
  }

  #close(code: number): void {
    if (this.#closingAt !== undefined) return;
    this.#closingAt = this.now();
    this.#ws.close(code);
  }

  /** The turn ends now, the socket as soon as it can. */
  #leave(error: SwitchyardError, end?: () => void): void {
    const turn = this.#turn;
    this.#turn = undefined;
    end?.();
    this.#closingAt ??= this.now();
    turn?.fail(error, undefined);
  }

  #onClose(end: SocketEnd): void {
    this.#home.deadlines.forget(this);
    this.#home.forget(this);
    const turn = this.#turn;
    this.#turn = undefined;
    turn?.fail(endFailure(end), end);
    this.onClosed?.(end);
  }
}

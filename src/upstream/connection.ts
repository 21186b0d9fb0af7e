/** One connection: an undici client that never has more than one socket and one request. */
import type { Socket } from 'node:net';
import { Client, type buildConnector } from 'undici';
import type { HttpCall } from './call.ts';
import type { Carrier } from './call-owner.ts';
import type { Dial } from './dial.ts';
import { outsideParser } from './parser-turn.ts';
import { ReadGate } from './read-gate.ts';

/** An idle connection is closed after this time: before usual servers do (uvicorn, Node: 5 s). */
export const KEEP_ALIVE_MS = 4000;

/** Longest idle time that an upstream's `keep-alive: timeout=` can ask for. */
export const MAX_KEEP_ALIVE_MS = 60_000;

/** How much earlier than the upstream said: its close and our request must not cross. */
export const KEEP_ALIVE_MARGIN_MS = 2000;

/** Bytes of an answer's head; real ones have a few KiB. */
export const MAX_HEAD_BYTES = 64 * 1024;

/** Hears of connections that ended while they carried nothing. */
export interface ConnectionOwner {
  onIdleEnd(connection: Connection): void;
}

/** One connection to an upstream. */
export class Connection implements Carrier {
  readonly #client: Client;
  readonly #owner: ConnectionOwner;
  readonly #dial: Dial;
  #call: HttpCall | undefined;
  #cancelDial: (() => void) | undefined;
  #socket: Socket | undefined;
  #gate: ReadGate | undefined;
  #failure: Error | undefined;
  #flushedAtEnd: boolean | undefined;
  #carried = 0;

  constructor(origin: string, dial: Dial, owner: ConnectionOwner) {
    this.#dial = dial;
    this.#owner = owner;
    this.#client = new Client(origin, {
      connect: (target, done) => this.#connect(target, done),
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: MAX_KEEP_ALIVE_MS,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
      maxHeaderSize: MAX_HEAD_BYTES,
      // The calls have limits of their own.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#client.on('disconnect', () => {
      // A call that still waits to be written gets a new socket from undici.
      if (this.#call === undefined) this.#owner.onIdleEnd(this);
    });
  }

  get call(): HttpCall | undefined {
    return this.#call;
  }

  get reused(): boolean {
    return this.#carried > 1;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  get flushed(): boolean {
    return this.#flushedAtEnd ?? this.#socket?.writableLength === 0;
  }

  setPaused(paused: boolean): void {
    if (paused) this.#gate?.shut();
    else this.#gate?.open();
  }

  send(call: HttpCall): void {
    this.#call = call;
    this.#carried += 1;
    call.carrier = this;
    outsideParser(() => {
      if (this.#call === call) this.#client.dispatch(call.options, call);
    });
  }

  /** Ready for another call. */
  release(): void {
    this.#call = undefined;
    this.setPaused(false);
  }

  /** Closes the socket at once, whatever it does. */
  async destroy(): Promise<void> {
    this.#call = undefined;
    this.#cancelDial?.();
    await this.#client.destroy();
  }

  #connect(target: buildConnector.Options, done: buildConnector.Callback): void {
    this.#cancelDial = this.#dial(target, (error, socket) => {
      this.#cancelDial = undefined;
      if (error !== null) return done(error, null);
      this.#adopt(socket);
      done(null, socket);
    });
  }

  /** The listener comes before undici's, which ends the call: it sees the socket as it was. */
  #adopt(socket: Socket): void {
    this.#socket = socket;
    this.#failure = undefined;
    this.#flushedAtEnd = undefined;
    this.#gate = new ReadGate(socket);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error;
      // A failed write no longer counts as waiting to be written.
      this.#flushedAtEnd ??= socket.writableLength === 0 && error.syscall !== 'write';
    });
  }
}

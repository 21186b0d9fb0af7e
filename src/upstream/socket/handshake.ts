/** One WebSocket handshake: the way to the upstream, the upgrade, and what refuses it. */
import { connectFailure, limitFailure } from '../failures.ts';
import { handshakeHeaders } from './headers.ts';
import { isIP } from 'node:net';
import { MAX_HEAD_BYTES } from '../connection.ts';
import { Refusal, REFUSAL_MS } from './refusal.ts';
import { SwitchyardError, toSwitchyardError } from '../../errors.ts';
import { upgradeFailure, upgradeLimit } from './ends.ts';
import { WebSocket, type ClientOptions } from 'ws';
import type { buildConnector } from 'undici';
import type { ConnectHandler, SocketRequest } from './types.ts';
import type { Deadlines, Watched } from '../deadlines.ts';
import type { Dial } from '../dial.ts';
import type { Duplex } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import type { UpstreamTimeouts } from '../../config/types.ts';

/** Milliseconds of a handshake as a whole, whatever the other limits say (codex.md 2.2). */
export const HANDSHAKE_MS = 30_000;

/** Bytes of a frame that a string can hold; larger limits are cut to it. */
const MAX_FRAME_BYTES = 256 * 1024 * 1024;

/** What a handshake needs to run. */
export interface HandshakeParts {
  request: SocketRequest;
  dial: Dial;
  /** The address, and the proxy without its login, for messages. */
  where: string;
  timeouts: UpstreamTimeouts;
  deadlines: Deadlines;
  maxFrameBytes: number;
  /** Comes first of all that ends a handshake. */
  onOver(handshake: Handshake): void;
  /** `connection`: what `ws` reads and writes. */
  onOpen(ws: WebSocket, connection: Duplex, headers: string[]): void;
  onRefused: ConnectHandler['onRefused'];
  onError: ConnectHandler['onError'];
}

type Stage = 'connect' | 'upgrade' | 'refusal' | 'over';

/** See the head of the file. */
export class Handshake implements Watched {
  readonly #parts: HandshakeParts;
  readonly #begun: number;
  #since: number;
  #stage: Stage = 'connect';
  #giveUp: (() => void) | undefined;
  #ws: WebSocket | undefined;
  #headers: string[] = [];
  #refusal: Refusal | undefined;

  constructor(parts: HandshakeParts) {
    this.#parts = parts;
    this.#begun = parts.deadlines.now();
    this.#since = this.#begun;
  }

  /** Nothing is reported before this has returned. */
  begin(): void {
    const { dial, deadlines, request, where } = this.#parts;
    this.#giveUp = dial(targetOf(new URL(request.url)), (error, socket) => {
      if (this.#stage === 'over') return void socket?.destroy();
      if (error === null) this.#upgrade(socket);
      else this.fail(connectFailure(error, where));
    });
    deadlines.watch(this);
  }

  abort(): void {
    queueMicrotask(() => this.fail(new SwitchyardError('cancelled')));
  }

  fail(error: SwitchyardError): void {
    if (this.#stage === 'over') return;
    this.#end();
    this.#parts.onError(error);
  }

  onTick(now: number): void {
    const { connectMs, headersMs } = this.#parts.timeouts;
    const waited = now - this.#since;
    if (this.#stage === 'refusal') {
      if (waited >= within(headersMs, REFUSAL_MS)) this.#refusal?.finish();
    } else if (this.#stage === 'connect') {
      const limit = within(connectMs, HANDSHAKE_MS);
      const what = `no connection to ${this.#parts.where}`;
      if (waited >= limit) this.fail(limitFailure('upstream_connect_failed', what, limit));
    } else {
      const limit = within(headersMs, HANDSHAKE_MS - (this.#since - this.#begun));
      if (waited >= limit) this.fail(upgradeLimit(this.#parts.where, limit));
    }
  }

  #upgrade(socket: Duplex): void {
    this.#enter('upgrade');
    try {
      const ws = new WebSocket(this.#parts.request.url, [], this.#options(socket));
      this.#ws = ws;
      ws.once('upgrade', (answer: IncomingMessage) => (this.#headers = answer.rawHeaders));
      ws.once('open', () => this.#onOpen(ws, socket));
      ws.once('unexpected-response', (_, answer: IncomingMessage) => this.#onRefused(answer));
      // Stays: `ws` reports our own giving up, too, and an unheard error ends the process.
      ws.on('error', (error) => this.fail(upgradeFailure(error, this.#parts.where)));
    } catch (thrown) {
      socket.destroy();
      this.fail(connectFailure(toSwitchyardError(thrown), this.#parts.where));
    }
  }

  #options(socket: Duplex): ClientOptions {
    const options: ClientOptions & { maxHeaderSize: number } = {
      createConnection: (() => socket) as unknown as ClientOptions['createConnection'],
      headers: handshakeHeaders(this.#parts.request.headers),
      // Its contexts would be several times as large as everything else that a socket keeps.
      perMessageDeflate: false,
      maxPayload: within(this.#parts.maxFrameBytes, MAX_FRAME_BYTES),
      maxHeaderSize: MAX_HEAD_BYTES,
    };
    return options;
  }

  #onOpen(ws: WebSocket, connection: Duplex): void {
    if (this.#stage === 'over') return;
    this.#ws = undefined;
    this.#giveUp = undefined;
    this.#end();
    ws.removeAllListeners();
    this.#parts.onOpen(ws, connection, this.#headers);
  }

  #onRefused(answer: IncomingMessage): void {
    if (this.#stage === 'over') return void answer.destroy();
    this.#enter('refusal');
    this.#refusal = new Refusal(answer, (status, headers, body) => {
      if (this.#stage === 'over') return;
      this.#end();
      this.#parts.onRefused(status, headers, body);
    });
  }

  #enter(stage: Stage): void {
    this.#stage = stage;
    this.#since = this.#parts.deadlines.now();
  }

  #end(): void {
    this.#stage = 'over';
    this.#parts.deadlines.forget(this);
    this.#parts.onOver(this);
    this.#giveUp?.();
    this.#ws?.terminate();
  }
}

function targetOf(url: URL): buildConnector.Options {
  const secure = url.protocol === 'wss:';
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const { host, port } = url;
  const target = { hostname, host, port, protocol: secure ? 'https:' : 'http:' };
  // An address is no server name (RFC 6066, 3).
  return secure && isIP(hostname) === 0 ? { ...target, servername: hostname } : target;
}

/** The limit that comes first; `limit` 0 = none. */
const within = (limit: number, bound: number): number =>
  limit > 0 ? Math.min(limit, bound) : bound;

/** WebSocket handshakes on node:http: accepted by ws, or refused with a plain HTTP answer. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import { answerFault, type IntakeContext } from './body-intake.ts';
import { isWebSocketHandshake, safeValue } from './header-text.ts';
import { NodeExchange } from './node-exchange.ts';
import { NodeSocket } from './node-socket.ts';
import { SILENT_PEER_MS } from './limits.ts';
import type { Application, SocketHandlers } from './types.ts';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { Sweeper } from './sweep.ts';

/**
 * Node takes every `Upgrade` header for an upgrade once somebody listens for them, and curl and Java
 * send `h2c` with ordinary requests: only WebSocket handshakes count here.
 */
export class UpgradableMessage extends IncomingMessage {
  /** What node's parser found; a plain field, for the base constructor sets `upgrade` already. */
  asksForUpgrade = false;

  get upgrade(): boolean {
    const key = this.headers['sec-websocket-key'];
    return this.asksForUpgrade && isWebSocketHandshake(this.method ?? '', key);
  }

  set upgrade(value: boolean) {
    this.asksForUpgrade = value;
  }
}

/** A handshake whose answer is not decided, or is an ordinary reply. */
class Handshake {
  readonly exchange: NodeExchange;
  readonly #socket: Socket;
  readonly #response: ServerResponse;
  readonly #cut = (): void => this.cut();

  constructor(request: IncomingMessage, socket: Socket, sweeper: Sweeper) {
    this.#socket = socket;
    this.#response = new ServerResponse(request);
    // Node's parser has let go of the connection: it can carry this one answer only.
    this.#response.assignSocket(socket);
    this.#response.on('finish', () => socket.end());
    this.exchange = new NodeExchange(request, this.#response, sweeper);
    this.exchange.lastOfConnection = true;
    socket.on('error', this.#cut);
    socket.on('end', this.#cut);
  }

  /** Takes everything back off the connection: it becomes a WebSocket. */
  handOver(): void {
    this.exchange.closed = true;
    this.#socket.off('error', this.#cut);
    this.#socket.off('end', this.#cut);
    this.#response.detachSocket(this.#socket);
  }

  /** Not a WebSocket for now. A client that leaves is only noticed by reading. */
  watch(): void {
    this.#socket.resume();
  }

  cut(): void {
    this.#socket.destroy();
  }
}

/** All WebSockets of one server. */
export class Upgrades {
  readonly #context: IntakeContext;
  readonly #sweeper: Sweeper;
  readonly #native: WebSocketServer;
  readonly #open = new Set<NodeSocket>();
  /** Handshakes without an answer: open connections, so file descriptors bound them. */
  readonly #pending = new Set<Handshake>();
  readonly #pinger: NodeJS.Timeout;
  /** Pairs of the handshake that is being answered; ws calls back within `handleUpgrade`. */
  #headers: string[] = [];

  constructor(context: IntakeContext, sweeper: Sweeper, maxMessageBytes: number) {
    this.#context = context;
    this.#sweeper = sweeper;
    // Compression is declined: every client copes (clients.md 2, row 2).
    const maxPayload = maxMessageBytes;
    this.#native = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
    this.#native.on('headers', (lines) => {
      const pairs = this.#headers;
      for (let index = 0; index < pairs.length; index += 2) {
        lines.push(`${pairs[index]}: ${safeValue(pairs[index + 1] ?? '')}`);
      }
    });
    this.#pinger = setInterval(() => this.#checkAlive(), SILENT_PEER_MS / 2);
    this.#pinger.unref();
  }

  /** Handles node's `upgrade` event; `early` is what came behind the request. */
  onUpgrade(request: IncomingMessage, socket: Duplex, early: Buffer): void {
    const handshake = new Handshake(request, socket as Socket, this.#sweeper);
    this.#pending.add(handshake);
    socket.once('close', () => this.#pending.delete(handshake));
    const { exchange } = handshake;
    let accepted: ReturnType<Application['onUpgrade']>;
    try {
      accepted = this.#context.app.onUpgrade(exchange);
    } catch (thrown) {
      answerFault(exchange, this.#context.log, thrown);
    }
    if (accepted === undefined || exchange.closed) {
      handshake.watch();
      return;
    }
    this.#pending.delete(handshake);
    handshake.handOver();
    this.#accept(request, socket, early, accepted);
  }

  #accept(
    request: IncomingMessage,
    socket: Duplex,
    early: Buffer,
    { handlers, headers }: { handlers: SocketHandlers; headers: string[] },
  ): void {
    this.#headers = headers;
    this.#native.handleUpgrade(request, socket, early, (native) => {
      const link = new NodeSocket(native, handlers);
      this.#open.add(link);
      native.on('close', () => this.#open.delete(link));
    });
    this.#headers = [];
  }

  /** Cuts all sockets. */
  close(): void {
    clearInterval(this.#pinger);
    for (const native of this.#native.clients) native.terminate();
    for (const handshake of this.#pending) handshake.cut();
    this.#native.close();
  }

  #checkAlive(): void {
    for (const socket of this.#open) socket.checkAlive();
  }
}

/** Client WebSockets on ws. */
import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { NodeExchange } from './node-exchange.ts';
import type { Application, ClientSocket, SocketHandlers } from './types.ts';

/** Close code that means: cut the connection, there is no close handshake (RFC 6455, 7.1.5). */
const CUT = 1006;

class NodeSocket implements ClientSocket {
  readonly #socket: WebSocket;
  readonly #onDrain: () => void;

  constructor(socket: WebSocket, onDrain: () => void) {
    this.#socket = socket;
    this.#onDrain = onDrain;
  }

  get closed(): boolean {
    return this.#socket.readyState !== this.#socket.OPEN;
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string | Uint8Array): boolean {
    if (this.closed) return true;
    this.#socket.send(text, { binary: false }, () => {
      if (!this.closed && this.buffered === 0) this.#onDrain();
    });
    return this.buffered === 0;
  }

  ping(): void {
    if (!this.closed) this.#socket.ping();
  }

  close(code: number, reason: string): void {
    if (code === CUT) this.#socket.terminate();
    else this.#socket.close(code, reason);
  }
}

/** Takes upgrade requests of a node:http server. */
export class UpgradeHandler {
  readonly #app: Application;
  readonly #server: WebSocketServer;
  /** Handshake headers that the application wants to add. */
  readonly #extra = new WeakMap<IncomingMessage, string[]>();

  constructor(app: Application, maxMessageBytes: number) {
    this.#app = app;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: maxMessageBytes,
      // Compression is declined: every client copes (clients.md 2, row 2).
      perMessageDeflate: false,
    });
    this.#server.on('headers', (lines, message) => {
      const extra = this.#extra.get(message) ?? [];
      for (let index = 0; index < extra.length; index += 2) {
        lines.push(`${extra[index]}: ${extra[index + 1]}`);
      }
    });
  }

  onUpgrade(message: IncomingMessage, connection: Duplex, head: Buffer): void {
    const response = new ServerResponse(message);
    response.assignSocket(connection as unknown as Parameters<ServerResponse['assignSocket']>[0]);
    response.shouldKeepAlive = false;
    const exchange = new NodeExchange(message, response);
    response.on('finish', () => connection.end());
    const accepted = this.#app.onUpgrade(exchange);
    if (accepted === undefined || exchange.closed) return;
    exchange.handOver();
    response.detachSocket(connection as unknown as Parameters<ServerResponse['detachSocket']>[0]);
    this.#extra.set(message, accepted.headers);
    this.#server.handleUpgrade(message, connection, head, (socket) => {
      attach(socket, accepted.handlers);
    });
  }

  /** Cuts all sockets. */
  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }
}

function attach(native: WebSocket, handlers: SocketHandlers): void {
  const socket = new NodeSocket(native, () => handlers.onDrain(socket));
  native.on('message', (data, isBinary) => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : data;
    const view = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
    handlers.onMessage(socket, view, isBinary);
  });
  native.on('close', (code, reason) => {
    handlers.onClose(socket, { code, reason: reason.toString('utf8') });
  });
  // A protocol error is followed by 'close' with its code; without a listener it would be uncaught.
  native.on('error', () => undefined);
  handlers.onOpen(socket);
}

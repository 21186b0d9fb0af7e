/** The WebSockets of the sandbox: handshakes, and the end of all of them. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { errorBody, errorTypeOf } from './errors-wire.ts';
import { SocketSession } from './socket-session.ts';
import type { SandboxUpstream } from './upstream.ts';

/** Sockets at once; far above what a trial or a benchmark opens. */
export const MAX_SOCKETS = 10_000;

/** What the head of a request says about who asks. */
export interface Caller {
  path: string;
  /** Undefined: it has no bearer token. */
  account: string | undefined;
  session: string;
}

/** See the head of the file. */
export class SandboxSockets {
  readonly #upstream: SandboxUpstream;
  readonly #server: WebSocketServer;

  /** `maxBytes`: of one message. */
  constructor(upstream: SandboxUpstream, maxBytes: number) {
    this.#upstream = upstream;
    this.#server = new WebSocketServer({ noServer: true, maxPayload: maxBytes });
  }

  get open(): number {
    return this.#server.clients.size;
  }

  /** Serves an upgrade request. */
  upgrade(caller: Caller, request: IncomingMessage, stream: Duplex, head: Buffer): void {
    // A client that leaves during the handshake is nobody's loss.
    stream.on('error', () => stream.destroy());
    const { account, session, path } = caller;
    if (account === undefined) {
      return refuse(stream, 401, 'send a bearer token: it names the account');
    }
    if (!path.endsWith('/responses')) return refuse(stream, 404, `no WebSocket at ${path}`);
    if (this.open >= MAX_SOCKETS) return refuse(stream, 503, `at most ${MAX_SOCKETS} WebSockets`);
    this.#server.handleUpgrade(request, stream, head, (client) => {
      const connection = request.socket as Socket;
      const served = new SocketSession(this.#upstream, { client, connection, account, session });
      // 'close' follows; a socket of the sandbox has nothing to clean up.
      client.on('error', () => undefined);
      client.on('message', (data: Buffer, isBinary) => {
        served.take(data, isBinary).catch(() => client.terminate());
      });
    });
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate();
  }
}

function refuse(stream: Duplex, status: number, message: string): void {
  const body = errorBody(errorTypeOf(status), message);
  stream.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\nconnection: close\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

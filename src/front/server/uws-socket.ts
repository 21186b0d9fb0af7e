/** Client WebSockets on uWebSockets.js. */
import { UwsExchange } from './uws-exchange.ts';
import type { Application, ClientSocket, SocketHandlers } from './types.ts';
import type * as UwsModule from 'uWebSockets.js';
import type {
  HttpRequest,
  HttpResponse,
  us_socket_context_t,
  WebSocket,
  WebSocketBehavior,
} from 'uWebSockets.js';

/**
 * Bytes that may wait for one slow client; beyond it the socket is cut. Far above what the streams'
 * windows let through: it only bounds a client that reads nothing at all.
 */
export const MAX_SOCKET_BACKLOG_BYTES = 64 * 1024 * 1024;

/** Close code that means: cut the connection, there is no close handshake (RFC 6455, 7.1.5). */
const CUT = 1006;

interface Attached {
  handlers: SocketHandlers;
  socket: UwsSocket | undefined;
}

class UwsSocket implements ClientSocket {
  #socket: WebSocket<Attached> | undefined;

  constructor(socket: WebSocket<Attached>) {
    this.#socket = socket;
  }

  get closed(): boolean {
    return this.#socket === undefined;
  }

  get buffered(): number {
    return this.#socket?.getBufferedAmount() ?? 0;
  }

  send(text: string | Uint8Array): boolean {
    this.#socket?.send(text, false);
    return this.buffered === 0;
  }

  ping(): void {
    this.#socket?.ping();
  }

  close(code: number, reason: string): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    if (code === CUT) socket.close();
    else socket.end(code, reason);
  }

  /** The native socket must not be touched after its close event. */
  onClosed(): void {
    this.#socket = undefined;
  }
}

/** What the native server does with upgrade requests and accepted sockets. */
export function upgradeBehavior(
  uws: typeof UwsModule,
  app: Application,
  maxMessageBytes: number,
): WebSocketBehavior<Attached> {
  return {
    maxPayloadLength: maxMessageBytes,
    maxBackpressure: MAX_SOCKET_BACKLOG_BYTES,
    closeOnBackpressureLimit: 1,
    compression: uws.DISABLED,
    // The application decides about keep-alives and idle limits.
    idleTimeout: 0,
    sendPingsAutomatically: false,
    upgrade: (response, request, context) => onUpgrade(app, response, request, context),
    open: (native) => {
      const attached = native.getUserData();
      attached.socket = new UwsSocket(native);
      attached.handlers.onOpen(attached.socket);
    },
    message: (native, message, isBinary) => {
      const { handlers, socket } = native.getUserData();
      // The memory is only valid in this call.
      if (socket !== undefined)
        handlers.onMessage(socket, new Uint8Array(message.slice(0)), isBinary);
    },
    drain: (native) => {
      const { handlers, socket } = native.getUserData();
      if (socket !== undefined && socket.buffered === 0) handlers.onDrain(socket);
    },
    close: (native, code, message) => {
      const { handlers, socket } = native.getUserData();
      if (socket === undefined) return;
      socket.onClosed();
      handlers.onClose(socket, { code, reason: Buffer.from(message).toString('utf8') });
    },
  };
}

function onUpgrade(
  app: Application,
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
): void {
  const exchange = new UwsExchange(response, request);
  const header = (name: string): string => exchange.header(name) ?? '';
  const accepted = app.onUpgrade(exchange);
  if (accepted === undefined || exchange.closed) return;
  exchange.handOver();
  const { handlers, headers } = accepted;
  response.cork(() => {
    response.writeStatus('101 Switching Protocols');
    for (let index = 0; index < headers.length; index += 2) {
      response.writeHeader(headers[index] as string, headers[index + 1] as string);
    }
    response.upgrade<Attached>(
      { handlers, socket: undefined },
      header('sec-websocket-key'),
      header('sec-websocket-protocol'),
      // Compression is declined: every client copes (clients.md 2, row 2).
      '',
      context,
    );
  });
}

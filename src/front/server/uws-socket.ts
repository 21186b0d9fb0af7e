/** Client WebSockets on uWebSockets.js. */
import { clipReason, CUT } from './close-reason.ts';
import { headerValue } from '../../headers.ts';
import { safeNativeValue } from './header-text.ts';
import { NATIVE_MESSAGE_ROOM, SILENT_PEER_MS, TOO_LARGE } from './limits.ts';
import type { ClientSocket, SocketHandlers } from './types.ts';
import type {
  HttpResponse,
  us_socket_context_t,
  WebSocket,
  WebSocketBehavior,
} from 'uWebSockets.js';
import type { UwsExchange } from './uws-exchange.ts';

/** What the native code keeps with each socket. */
export interface SocketData {
  link: UwsSocket;
}

type NativeSocket = WebSocket<SocketData>;

/** Result of a native `send` that was taken by the operating system whole. */
const SENT = 1;

/** The native limit is an unsigned number of 32 bits. */
const MAX_NATIVE_BYTES = 2 ** 32 - 1;

/** See `types.ts`. */
class UwsSocket implements ClientSocket {
  readonly #handlers: SocketHandlers;
  readonly #maxMessageBytes: number;
  #native: NativeSocket | undefined;

  constructor(handlers: SocketHandlers, maxMessageBytes: number) {
    this.#handlers = handlers;
    this.#maxMessageBytes = maxMessageBytes;
  }

  get closed(): boolean {
    return this.#native === undefined;
  }

  get buffered(): number {
    return this.#native?.getBufferedAmount() ?? 0;
  }

  send(text: string | Uint8Array): boolean {
    return this.#native === undefined || this.#native.send(text, false, false) === SENT;
  }

  ping(): void {
    this.#native?.ping();
  }

  cork(run: () => void): void {
    if (this.#native === undefined) run();
    else this.#native.cork(run);
  }

  close(code: number, reason: string): void {
    if (code === CUT) this.#native?.close();
    else this.#native?.end(code, clipReason(reason));
  }

  opened(native: NativeSocket): void {
    this.#native = native;
    this.#handlers.onOpen(this);
  }

  received(message: ArrayBuffer, isBinary: boolean): void {
    if (this.closed) return;
    if (message.byteLength > this.#maxMessageBytes) {
      this.close(TOO_LARGE.code, TOO_LARGE.reason);
      return;
    }
    // The native memory is only valid in this call, and the application may keep the message.
    this.#handlers.onMessage(this, new Uint8Array(message.slice(0)), isBinary);
  }

  /** Also called when only a part was sent. */
  drained(): void {
    if (!this.closed && this.buffered === 0) this.#handlers.onDrain(this);
  }

  ended(code: number, reason: ArrayBuffer): void {
    this.#native = undefined;
    // With 1006 there was no frame: the text is the native code's own remark.
    const text = code === CUT ? '' : Buffer.from(reason).toString('utf8');
    this.#handlers.onClose(this, { code, reason: text });
  }
}

/** How the native server treats accepted sockets. */
export function socketBehavior(maxMessageBytes: number): WebSocketBehavior<SocketData> {
  return {
    // Beyond its own limit the native code cuts the connection without a close frame.
    maxPayloadLength: Math.min(maxMessageBytes * NATIVE_MESSAGE_ROOM, MAX_NATIVE_BYTES),
    // No limit, so that no message is ever dropped: the application stops at `send() === false`.
    maxBackpressure: 0,
    compression: 0,
    maxLifetime: 0,
    // Pings find peers that are gone; one that answers is never cut.
    idleTimeout: SILENT_PEER_MS / 1000,
    sendPingsAutomatically: true,
    open: (native) => native.getUserData().link.opened(native),
    message: (native, message, isBinary) => native.getUserData().link.received(message, isBinary),
    drain: (native) => native.getUserData().link.drained(),
    close: (native, code, reason) => native.getUserData().link.ended(code, reason),
  };
}

/** Turns an exchange into a socket; the first offered subprotocol is confirmed. */
export function acceptSocket(
  response: HttpResponse,
  exchange: UwsExchange,
  accepted: { handlers: SocketHandlers; headers: string[] },
  maxMessageBytes: number,
  context: us_socket_context_t,
): void {
  const { handlers, headers } = accepted;
  const header = (name: string): string => headerValue(exchange.headers, name) ?? '';
  exchange.closed = true;
  exchange.release();
  response.cork(() => {
    response.writeStatus('101 Switching Protocols');
    for (let index = 0; index < headers.length; index += 2) {
      response.writeHeader(headers[index] ?? '', safeNativeValue(headers[index + 1] ?? ''));
    }
    response.upgrade<SocketData>(
      { link: new UwsSocket(handlers, maxMessageBytes) },
      header('sec-websocket-key'),
      header('sec-websocket-protocol'),
      // Compression is declined: every client copes (clients.md 2, row 2).
      '',
      context,
    );
  });
}

/**
 * The HTTP/WebSocket server as the front sees it. Two implementations (uWebSockets.js, and
 * node:http + ws) pass one contract test suite. Callbacks instead of promises: this is the hot path.
 */

/** Listener settings; limits come from the config. */
export interface ServerOptions {
  host: string;
  /** 0 = any free port. */
  port: number;
  /** PEM file paths. */
  tls: { cert: string; key: string } | undefined;
  /** Bytes of request line and headers together; beyond them 431. */
  maxHeaderBytes: number;
  /**
   * Milliseconds for the body to arrive completely after its head, then 408 and close; 0: no limit.
   * Heads have the same limit on node, and a fixed one of about 10 s on uWebSockets.js.
   */
  requestTimeoutMs: number;
  /** Bytes of one WebSocket message; a larger one ends its socket with 1009. */
  maxMessageBytes: number;
  /** Several listeners on one port (SO_REUSEPORT). */
  reusePort: boolean;
}

/**
 * One request and its reply. Valid until the reply ended or the client left. Text of the head has one
 * character per byte (latin1).
 */
export interface Exchange {
  /** Upper case. */
  readonly method: string;
  /** Path as received, without query. */
  readonly path: string;
  /** Query without `?`; `''` without one. */
  readonly query: string;
  /** Flat name/value pairs, names in lower case, in the order received. */
  readonly headers: string[];
  /** TCP peer address, e.g. `127.0.0.1`; `''` when it is first read after the end. */
  readonly peer: string;
  /** First value of a header; the name in lower case. */
  header(name: string): string | undefined;

  /** True after `end`, `abort` or the client's leaving: every later write is a no-op. */
  readonly closed: boolean;
  /** True once `head` was called. */
  readonly headSent: boolean;
  /** Bytes accepted by `write` that the socket has not taken yet. */
  readonly buffered: number;
  /**
   * Sends status and headers (flat pairs) with the next write. Call once, before any write. Framing
   * (Content-Length, Transfer-Encoding, Connection) is the server's. Characters that may not be in a
   * value are sent as `?`.
   */
  head(status: number, headers: string[]): void;
  /**
   * Writes a part of the body; the bytes must not change afterwards. False: `buffered` is above 0,
   * wait for `onDrain`. True may be early by one small write.
   */
  write(bytes: Uint8Array | string): boolean;
  /** Writes the last part and ends the reply. Without earlier `write` it sets Content-Length. */
  end(bytes?: Uint8Array | string): void;
  /** Cuts the connection at once. */
  abort(): void;
  /** Groups writes of one callback into one send. */
  cork(run: () => void): void;

  /** Called when `buffered` went back to 0. */
  onDrain: (() => void) | undefined;
  /** Called once when the client left before `end`. */
  onClose: (() => void) | undefined;
}

/** Takes the body of one request. Exactly one of the three callbacks is called, or `onClose`. */
export interface BodySink {
  /** Bytes of the raw (still encoded) body. */
  readonly limit: number;
  /** A buffer of its own, to keep or to move to another thread. Called in a cork, as the others. */
  onBody(bytes: Uint8Array): void;
  /** More than `limit` bytes, announced or sent. The sink answers (413). */
  onTooLarge(): void;
  /** The body did not arrive within `requestTimeoutMs`. The sink answers (408). */
  onTimeout(): void;
}

/** Why a WebSocket ended. */
export interface SocketClose {
  code: number;
  reason: string;
}

/** An accepted client WebSocket. */
export interface ClientSocket {
  readonly closed: boolean;
  /** Bytes accepted by `send` that the socket has not taken yet. */
  readonly buffered: number;
  /** Sends one text message. False: `buffered` is above 0. */
  send(text: string | Uint8Array): boolean;
  ping(): void;
  /** Groups the messages of one callback into one send. */
  cork(run: () => void): void;
  /**
   * Close handshake; `code` 1006 cuts the connection instead. A long reason is cut to 123 bytes.
   * `onClose` is called before this returns.
   */
  close(code: number, reason: string): void;
}

/** What the application does with an accepted socket. */
export interface SocketHandlers {
  onOpen(socket: ClientSocket): void;
  /** `data` is the receiver's to keep. */
  onMessage(socket: ClientSocket, data: Uint8Array, isBinary: boolean): void;
  onDrain(socket: ClientSocket): void;
  /** Called once per socket, whoever closed it. */
  onClose(socket: ClientSocket, close: SocketClose): void;
}

/** The program behind the server. */
export interface Application {
  /**
   * The head of a request arrived. Reply at once and return undefined, or return a sink for the
   * body (also for requests without one: the sink then gets zero bytes).
   */
  onRequest(exchange: Exchange): BodySink | undefined;
  /**
   * A WebSocket upgrade. Return handlers (and response headers) to accept it, or reply through the
   * exchange (e.g. 426) and return undefined.
   */
  onUpgrade(exchange: Exchange): { handlers: SocketHandlers; headers: string[] } | undefined;
}

/** A running listener. Close it before its thread is terminated: see `docs/server.md`. */
export interface Server {
  readonly backend: 'uws' | 'node';
  readonly port: number;
  /** Stops accepting; open exchanges go on. */
  stopListening(): void;
  /** Cuts everything that is still open. */
  close(): Promise<void>;
}

/**
 * The upstream WebSocket client as actors see it (codex.md 2). One socket carries one turn at a time:
 * a text frame goes out, text frames come back until the owner calls `done`.
 */
import type { SwitchyardError } from '../../errors.ts';
import type { CallPhase, UpstreamCall } from '../types.ts';

/** A handshake as it goes on the wire. */
export interface SocketRequest {
  /** Absolute `ws:` or `wss:` URL. */
  url: string;
  /** Flat name/value pairs in the order to send, without what RFC 6455 adds. */
  headers: string[];
  /** Outbound proxy URL, `direct`, or `''` for the environment's (config.md 2.7). */
  proxyUrl: string;
}

/** How a socket ended (RFC 6455, 7.1.5; 1006: without a close frame). */
export interface SocketEnd {
  code: number;
  reason: string;
}

/**
 * Callbacks of one handshake; exactly one is called, and only after `connect` has returned. If one
 * throws, the socket is closed and `onError` gets what was thrown.
 */
export interface ConnectHandler {
  onOpen(socket: UpstreamSocket): void;
  /** The upgrade was answered with an HTTP status. `body` is cut to a bound, decoded as UTF-8. */
  onRefused(status: number, headers: string[], body: string): void;
  /**
   * Nothing of a turn was sent. `upstream_connect_failed`: no connection, or it ended before the
   * answer; `upstream_bad_answer`: a broken answer; `upstream_timeout`: none in time; `cancelled`.
   */
  onError(error: SwitchyardError): void;
}

/**
 * Callbacks of one turn on a socket. After `onError`, or the owner's `done`, nothing else is called.
 * If `onFrame` throws, the socket is closed and `onError` gets what was thrown.
 */
export interface SocketTurnHandler {
  /** A text frame; never blank. */
  onFrame(text: string): void;
  /**
   * The socket ended, stalled or broke the protocol (binary frame): the socket is closed. `phase`:
   * `not-sent` when the frame did not leave this process, `sent` when no frame came back, else
   * `answering`. `end` is there when the other side closed, or its connection broke (1006).
   * Codes: `upstream_connection_lost`, `upstream_message_too_big` (close code 1009),
   * `upstream_bad_answer`, `upstream_timeout`, `upstream_stalled`, `cancelled`.
   */
  onError(error: SwitchyardError, phase: CallPhase, end: SocketEnd | undefined): void;
}

/**
 * A running turn. `abort` closes the socket: the protocol has no way to stop a turn. The limits for
 * the first event and between events run until `done`, and stand still while the turn is paused. At
 * most 16 KiB of frames that were already read still come after `pause`.
 */
export interface SocketTurn extends UpstreamCall {
  /** The terminal frame was handled: the socket is free for the next turn. */
  done(): void;
}

/** An open upstream socket. */
export interface UpstreamSocket {
  readonly open: boolean;
  /** A turn is running. */
  readonly busy: boolean;
  /** Clock milliseconds (`UpstreamClock`) when it was opened. */
  readonly openedAt: number;
  /** Headers of the 101 answer, flat pairs, as received. */
  readonly headers: string[];
  /** Frames that were sent; above 1 the socket is a reused one. */
  readonly turns: number;
  /**
   * Sends one text frame and starts its turn; the handler is called only after this has returned.
   * A socket that is closed or busy reports `onError(..., 'not-sent')`.
   */
  send(frame: Uint8Array, handler: SocketTurnHandler): SocketTurn;
  /** Closes with 1000, or cuts when the handshake does not end soon. Safe to call twice. */
  close(): void;
  /** Called once when the socket is gone, for whatever reason and after any turn's `onError`. */
  onClosed: ((end: SocketEnd) => void) | undefined;
}

/** Limits of sockets between turns. */
export interface SocketLimits {
  /** Milliseconds without a turn after which a socket is closed; 0 = none. */
  idleMs: number;
  /**
   * Milliseconds between pings on an idle or busy socket; 0 = none. Where neither a pong nor a
   * message comes until the next one, the socket is lost.
   */
  pingMs: number;
  /** Bytes of one received message, all its fragments together. */
  maxFrameBytes: number;
}

/** Opens upstream sockets. */
export interface SocketClient {
  /** Never throws. The result gives up: the handler then gets `cancelled`, a little later. */
  connect(request: SocketRequest, handler: ConnectHandler): { abort(): void };
}

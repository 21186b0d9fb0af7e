/** Limits of connections that both servers keep; `docs/server.md` lists them. */

/**
 * Milliseconds without any sign of life after which a peer counts as gone: a reader that takes
 * nothing of a waiting answer, a WebSocket that answers no ping. As patient as Codex itself, which
 * waits that long for an event (clients.md 4.3). Not an idle limit: a peer that answers is kept.
 */
export const SILENT_PEER_MS = 300_000;

/** Milliseconds that a connection may idle between requests. Fixed in uWebSockets.js; same in node. */
export const KEEP_ALIVE_MS = 10_000;

/** Milliseconds for the rest of a refused body to arrive, so that the client reads the answer. */
export const LINGER_MS = 10_000;

/** Bytes of a WebSocket close reason (RFC 6455, 5.5). */
export const MAX_CLOSE_REASON_BYTES = 123;

/** The end of a socket whose peer sent a message beyond the limit (RFC 6455, 7.4.1). */
export const TOO_LARGE = { code: 1009, reason: 'message too big' } as const;

/**
 * The native server receives messages of this many times the limit: only one that arrived can be
 * answered with a close frame. Larger ones are cut.
 */
export const NATIVE_MESSAGE_ROOM = 2;

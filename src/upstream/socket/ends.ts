/** What the end of an upstream socket means, in the words and codes of the catalogue. Pure. */
import { SwitchyardError } from '../../errors.ts';
import type { SocketEnd } from './types.ts';

/** Close code of a message that is too large (RFC 6455, 7.4.1). */
const TOO_BIG = 1009;

/** Code of an end without a close frame. */
export const CUT = 1006;

/** The other side ended the socket. */
export function endFailure({ code, reason }: SocketEnd): SwitchyardError {
  if (code === TOO_BIG) return tooBig(reason);
  const words = reason === '' ? `code ${code}` : `code ${code}, ${reason}`;
  return new SwitchyardError('upstream_connection_lost', {
    message: `the upstream closed the WebSocket: ${words}`,
  });
}

/** What arrived is no valid WebSocket message. */
export function badFrame(reason: string): SwitchyardError {
  return new SwitchyardError('upstream_bad_answer', {
    message: `the upstream's WebSocket message is not valid: ${reason}`,
  });
}

/** An error of `ws`: its own ones tell of the other side's bytes, the rest of the connection. */
export function socketFailure(error: Error & { code?: unknown }): SwitchyardError {
  const { code, message } = error;
  if (typeof code === 'string' && code.startsWith('WS_ERR_')) return badFrame(message);
  const reason =
    typeof code === 'string' && !message.includes(code) ? `${message} (${code})` : message;
  return new SwitchyardError('upstream_connection_lost', {
    message: `the upstream closed the WebSocket: ${reason}`,
  });
}

function tooBig(reason: string): SwitchyardError {
  const message = reason === '' ? 'upstream websocket message too big' : reason;
  const error = { message, type: 'invalid_request_error', code: 'message_too_big' };
  return new SwitchyardError('upstream_message_too_big', {
    message,
    body: JSON.stringify({ error }),
  });
}

/** What the end of an upstream socket means, in the words and codes of the catalogue. Pure. */
import { connectFailure, limitFailure } from '../failures.ts';
import { SwitchyardError } from '../../errors.ts';
import type { SocketEnd } from './types.ts';

/** Close code of a message that is too large (RFC 6455, 7.4.1). */
const TOO_BIG = 1009;

/** The fields of the errors of Node and `ws` that tell them apart. */
interface CodedError extends Error {
  code?: unknown;
}

/** The other side ended the socket. */
export function endFailure({ code, reason }: SocketEnd): SwitchyardError {
  if (code === TOO_BIG) return tooBig(reason);
  return lost(reason === '' ? `code ${code}` : `code ${code}, ${reason}`);
}

/** What arrived is no valid WebSocket message. */
export function badFrame(reason: string): SwitchyardError {
  return new SwitchyardError('upstream_bad_answer', {
    message: `the upstream's WebSocket message is not valid: ${reason}`,
  });
}

/** The other side is gone without a word; `pingMs`: how long it was asked. */
export function noPong(pingMs: number): SwitchyardError {
  return lost(`no answer to a ping within ${pingMs / 1000} s`);
}

/** Our own side asked for a turn that can not be. */
export function notUsable(reason: string): SwitchyardError {
  return new SwitchyardError('upstream_connection_lost', { message: `the WebSocket ${reason}` });
}

/** An error of an open `ws`: its own codes tell of the other side's bytes. */
export function socketFailure({ code, message }: CodedError): SwitchyardError {
  return typeof code === 'string' && code.startsWith('WS_ERR_') ? badFrame(message) : lost(message);
}

/**
 * The upgrade came to nothing: `ws` (no code) and Node's parser (`HPE_`) complain of the answer, the
 * rest is the connection. `where`: the address, and the proxy without its login.
 */
export function upgradeFailure(error: CodedError, where: string): SwitchyardError {
  const { code, message } = error;
  const answered = code === undefined || (typeof code === 'string' && code.startsWith('HPE_'));
  if (!answered) return connectFailure(error, where);
  return new SwitchyardError('upstream_bad_answer', {
    message: `the answer of ${where} to the WebSocket upgrade is not valid: ${message}`,
  });
}

/** No answer to the upgrade; `waited` in milliseconds. */
export function upgradeLimit(where: string, waited: number): SwitchyardError {
  return limitFailure('upstream_timeout', `no answer of ${where} to the WebSocket upgrade`, waited);
}

function lost(reason: string): SwitchyardError {
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

/** What goes wrong on a connection, in the words and codes of the catalogue. */
import { SwitchyardError } from '../errors.ts';

/** The fields of Node's and undici's errors that tell them apart. */
interface CodedError extends Error {
  code?: unknown;
}

/** The request itself is not valid: nothing was tried. */
const UNSENDABLE: ReadonlySet<unknown> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

/** The parser's words for an end in the middle of a body; its errors have no code. */
const END_IN_BODY = 'Invalid EOF state';

/** Ends that undici calls a socket error, although the upstream's bytes were at fault. */
const BAD_ANSWERS: ReadonlySet<string> = new Set(['bad response', 'bad upgrade']);

/** `where`: the address, and the proxy without its login. The request was not written. */
export function connectFailure(error: CodedError, where: string): SwitchyardError {
  const message = UNSENDABLE.has(error.code)
    ? `the request to ${where} can not be sent: ${reasonOf(error)}`
    : `could not connect to ${where}: ${reasonOf(error)}`;
  return new SwitchyardError('upstream_connect_failed', { message });
}

/** The request was written, at least in part. */
export function connectionFailure(error: CodedError): SwitchyardError {
  const { code, name, message } = error;
  const parser = name === 'HTTPParserError';
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' || (parser && message.includes(END_IN_BODY))) {
    return lost('the answer is not complete');
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return bad('its headers are too large');
  return parser || BAD_ANSWERS.has(message) ? bad(reasonOf(error)) : lost(reasonOf(error));
}

/** A limit that ran out; `waited` in milliseconds. */
export function limitFailure(
  code: 'upstream_connect_failed' | 'upstream_timeout' | 'upstream_stalled',
  what: string,
  waited: number,
): SwitchyardError {
  return new SwitchyardError(code, { message: `${what} within ${waited / 1000} s` });
}

function lost(reason: string): SwitchyardError {
  return new SwitchyardError('upstream_connection_lost', {
    message: `the upstream closed the connection: ${reason}`,
  });
}

function bad(reason: string): SwitchyardError {
  return new SwitchyardError('upstream_bad_answer', {
    message: `the upstream's answer is not valid HTTP: ${reason}`,
  });
}

/** Text of an error, never empty; Node leaves out the message where several addresses failed. */
function reasonOf(error: CodedError): string {
  const code = typeof error.code === 'string' ? error.code : '';
  if (error.message === '') return code === '' ? error.name : code;
  return code === '' || code.startsWith('UND_') || error.message.includes(code)
    ? error.message
    : `${error.message} (${code})`;
}

/** Answers that the server gives by itself, before or instead of the application. */
import { SwitchyardError, type ErrorCode } from '../../errors.ts';

/** Pairs of every own answer. */
export const JSON_HEADERS = ['content-type', 'application/json'];

/** Error body in the envelope that all clients can read; no dialect is known yet. */
export function errorBody(code: ErrorCode, message: string): string {
  const type = new SwitchyardError(code).fault === 'client' ? 'invalid_request_error' : 'api_error';
  return JSON.stringify({ error: { message, type, code } });
}

/** The answer to a header block beyond the limit (RFC 6585, 5). */
export const HEADERS_TOO_LARGE = {
  status: 431,
  body: errorBody('invalid_request', 'the request headers are too large'),
};

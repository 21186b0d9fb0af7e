/** Errors as a WebSocket client reads them: the upstream's own words in one frame (codex.md 3.9). */
import { answerStatus, errorBody, parsedJson, type Failure } from '../errors/body.ts';
import { filterUpstreamHeaders } from '../errors/headers.ts';
import { isObject } from '../../canonical/value.ts';
import { retryAfterSeconds } from '../errors/retry-after.ts';
import { SwitchyardError } from '../../errors.ts';

/** Status of a frame that continues an answer nobody knows. */
const CONFLICT = 409;

const PREVIOUS_RESPONSE_NOT_FOUND = JSON.stringify({
  type: 'error',
  status: CONFLICT,
  error: {
    message:
      'Previous response is not available on this websocket; ' +
      'resend the full conversation input without previous_response_id',
    type: 'invalid_request_error',
    code: 'previous_response_not_found',
    param: 'previous_response_id',
  },
});

/** One frame with status, headers that matter, and the error; never empty. */
export function errorFrame(failure: Failure): string {
  const status = answerStatus(failure);
  const headers = headersOf(failure, status);
  return JSON.stringify({
    type: 'error',
    status,
    headers: Object.keys(headers).length === 0 ? undefined : headers,
    error: errorOf(failure),
  });
}

/** By this, clients know that they have to send the whole conversation (clients.md 5.3). */
export const previousResponseNotFound = (): string => PREVIOUS_RESPONSE_NOT_FOUND;

/** The `error` member of the body that HTTP clients get, or that whole body. */
function errorOf(failure: Failure): unknown {
  const body = parsedJson(errorBody(failure));
  if (!isObject(body)) return { message: String(body) };
  return body['error'] ?? body;
}

function headersOf(failure: Failure, status: number): Record<string, string> {
  const headers: Record<string, string> = {};
  const seconds = retryAfterSeconds(failure, status);
  if (seconds !== undefined) headers['Retry-After'] = String(seconds);
  if (failure instanceof SwitchyardError) return headers;
  const own = Object.entries(headers).flat();
  const flat = filterUpstreamHeaders(failure.headers, own);
  for (let index = 0; index + 1 < flat.length; index += 2) {
    headers[flat[index] ?? ''] ??= flat[index + 1] ?? '';
  }
  return headers;
}

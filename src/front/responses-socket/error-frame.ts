/** Errors as a WebSocket client reads them: the upstream's own words in one frame (codex.md 3.9). */
import { answerStatus, errorBody, parsedJson, wrapped, type Failure } from '../errors/body.ts';
import { filterUpstreamHeaders } from '../errors/headers.ts';
import { isObject, type JsonObject } from '../../canonical/value.ts';
import { retryAfterSeconds } from '../errors/retry-after.ts';
import { SwitchyardError } from '../../errors.ts';

const PREVIOUS_RESPONSE_NOT_FOUND = JSON.stringify({
  type: 'error',
  status: 409,
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
  if (failure.code === 'replay_required') return PREVIOUS_RESPONSE_NOT_FOUND;
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

/** The `error` member of the body that HTTP clients get, else that whole body, else a text. */
function errorOf(failure: Failure): JsonObject {
  const text = errorBody(failure);
  const body = parsedJson(text);
  const error = isObject(body) ? (body['error'] ?? body) : body;
  if (isObject(error) && Object.keys(error).length > 0) return readable(error);
  const said = isObject(error) ? failure.message : text;
  const message = typeof error === 'string' ? error : said;
  return readable((JSON.parse(wrapped(failure, message)) as { error: JsonObject }).error);
}

/**
 * Codex skips a frame whose `code` or `message` is no string, and then waits for the turn's end until
 * its idle limit. The reference sends such numbers as they are.
 */
function readable(error: JsonObject): JsonObject {
  const { code, message } = error;
  if (isReadable(code) && isReadable(message)) return error;
  return { ...error, code: asText(code), message: asText(message) };
}

const isReadable = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === 'string';

const asText = (value: unknown): unknown => (isReadable(value) ? value : JSON.stringify(value));

/** First value of each. */
function headersOf(failure: Failure, status: number): Record<string, string> {
  const headers: Record<string, string> = {};
  const seconds = retryAfterSeconds(failure, status);
  if (seconds !== undefined) headers['Retry-After'] = String(seconds);
  if (failure instanceof SwitchyardError) return headers;
  const flat = filterUpstreamHeaders(failure.headers, Object.entries(headers).flat());
  for (let index = 0; index + 1 < flat.length; index += 2) {
    headers[flat[index] ?? ''] ??= flat[index + 1] ?? '';
  }
  return headers;
}

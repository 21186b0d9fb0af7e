/** Error bodies in the OpenAI form (routing.md 9.1): JSON of the upstream as it came, text wrapped. */
import { STATUS_CODES } from 'node:http';
import { errorWords, ownCode, statusOf } from '../../formats/openai-error.ts';
import { objectOf } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import type { TurnFailure } from '../../turn.ts';

/** Anything that ends a request without an answer. */
export type Failure = SwitchyardError | TurnFailure;

const LOWEST_ERROR = 400;
const HIGHEST_ERROR = 599;

/** The status a client gets; 502 for an upstream's that is no error. */
export function answerStatus({ code, status }: Failure): number {
  const known = statusOf(code, status);
  return known >= LOWEST_ERROR && known <= HIGHEST_ERROR ? known : 502;
}

/** The whole body; always JSON, never empty. */
export function errorBody(failure: Failure): string {
  const { body } = failure;
  if (typeof body === 'string' && parsedJson(body) !== undefined) return body;
  return wrapped(failure, body ?? failure.message);
}

/** An error object around a text. */
export function wrapped(failure: Failure, text: string): string {
  const status = answerStatus(failure);
  const { type, code } = errorWords(status);
  return JSON.stringify({
    error: {
      message: text.trim() || reason(status),
      type,
      code: ownCode(failure.code) ?? code,
      param: failure instanceof SwitchyardError ? failure.param : undefined,
    },
  });
}

/** The value of a JSON text, a bare string or number included; undefined for anything else. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Upstreams answer with plain text and HTML too: not being JSON is an ordinary outcome.
    return undefined;
  }
}

/** What a failure says, for dialects with an error object of their own; never empty. */
export function failureText(failure: Failure): string {
  const { body } = failure;
  const value = typeof body === 'string' ? parsedJson(body) : undefined;
  const said = value === undefined ? (body ?? failure.message) : messageIn(value);
  return said?.trim() || failure.message.trim() || reason(answerStatus(failure));
}

/** `error.message`, `error`, `message` or `detail`: the places where upstreams put it. */
function messageIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  // Google's streams of JSON tell their errors in a list.
  const body = objectOf(Array.isArray(value) ? value[0] : value);
  const places = [
    objectOf(body['error'])['message'],
    body['error'],
    body['message'],
    body['detail'],
  ];
  return places.find((place) => typeof place === 'string' && place !== '') as string | undefined;
}

/** A status in words. */
function reason(status: number): string {
  return STATUS_CODES[status] ?? `Error ${status}`;
}

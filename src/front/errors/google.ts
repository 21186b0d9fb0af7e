/** Errors in Google's form (AIP-193), for Gemini clients. */
import { isObject } from '../../canonical/value.ts';
import { isOwnCode } from '../../formats/openai-error.ts';
import { answerStatus, failureText, parsedJson, type Failure } from './body.ts';
import { retryAfterSeconds } from './retry-after.ts';

/** HTTP status → canonical code of gRPC, as Google maps them. */
const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const TYPE = 'type.googleapis.com/google.rpc.';

/** The whole body. What already is in this form stays as it is. */
export function googleErrorBody(failure: Failure): string {
  const { body } = failure;
  const own = typeof body === 'string' ? ownForm(body) : undefined;
  if (own !== undefined) return own;
  const code = answerStatus(failure);
  const details = detailsOf(failure, code);
  return JSON.stringify({
    error: {
      code,
      message: failureText(failure),
      status: STATUSES[code] ?? (code >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT'),
      details: details.length === 0 ? undefined : details,
    },
  });
}

/** The last event of a stream that broke: no SDK takes it for a part of the answer (thinking 1.3). */
export function googleStreamError(failure: Failure): string {
  return `event: error\ndata: ${oneLine(googleErrorBody(failure))}\n\n`;
}

/** The last element of an array that broke, and its end. Elements stand before it. */
export function googleArrayError(failure: Failure): string {
  return `,\n${oneLine(googleErrorBody(failure))}\n]`;
}

/** Line ends; in JSON they can only stand between tokens. */
const oneLine = (json: string): string => json.replace(/[\r\n]+/g, ' ').trim();

/** The body in Google's form; of a list, in which its streams of JSON tell errors, the one element. */
function ownForm(body: string): string | undefined {
  const value = parsedJson(body);
  if (isGoogleForm(value)) return body;
  const [only] = Array.isArray(value) && value.length === 1 ? (value as unknown[]) : [];
  return isGoogleForm(only) ? JSON.stringify(only) : undefined;
}

function isGoogleForm(value: unknown): boolean {
  const error = isObject(value) ? value['error'] : undefined;
  return (
    isObject(error) && typeof error['code'] === 'number' && typeof error['status'] === 'string'
  );
}

/** Our own code, and the wait that `Retry-After` tells: Gemini CLI reads it only here. */
function detailsOf(failure: Failure, status: number): object[] {
  const details: object[] = [];
  if (isOwnCode(failure.code)) {
    details.push({ '@type': `${TYPE}ErrorInfo`, reason: failure.code, domain: 'switchyard' });
  }
  const seconds = retryAfterSeconds(failure, status);
  if (seconds !== undefined) {
    details.push({ '@type': `${TYPE}RetryInfo`, retryDelay: `${String(seconds)}s` });
  }
  return details;
}

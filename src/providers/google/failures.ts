/** What an error of Google means: its status, whose fault it is and how long it lasts (providers.md 2.3). */
import type { SseEvent } from '../../formats/format.ts';
import { isFields, type Fields } from '../../config/values.ts';
import { errorStatus, failureOf, jsonObject, objectAt, textAt } from '../failure.ts';
import { retryAfterOf } from '../retry-after.ts';
import type { UpstreamFailure } from '../types.ts';
import { detailsOf, googleRetryDelay } from './retry-delay.ts';

const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const QUOTA_FAILURE = 'type.googleapis.com/google.rpc.QuotaFailure';

const BAD_KEYS: ReadonlySet<string> = new Set(['API_KEY_INVALID', 'API_KEY_EXPIRED']);

/** A bad request at Google, although it is the project's place, its bill or its rights that refuse. */
const REFUSED_PROJECT =
  /location is not supported|free tier is not available|enable billing|not allowed to use publisher model/i;

/** Statuses that come with a waiting time. */
const WAITING: ReadonlySet<number> = new Set([429, 503]);

const BAD_REQUEST = 400;
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const UNKNOWN_STATUS = 502;

/** Characters of a limit's name: real ones have sixty. */
export const MAX_LIMIT_CHARS = 100;

/** An answer with an error status. */
export function failureOfResponse(
  status: number,
  headers: string[],
  body: string,
  nowMs: number,
): UpstreamFailure {
  const error = errorIn(body);
  const told = WAITING.has(status) ? googleRetryDelay(error) : undefined;
  const failure = failureOf(
    status === BAD_REQUEST ? accountStatus(error) : status,
    body,
    headers,
    told ?? retryAfterOf(status, headers, nowMs),
  );
  const limit = status === 429 ? limitIn(error) : undefined;
  return limit === undefined ? failure : { ...failure, usageLimit: limit };
}

/** What Google calls a bad request may be the credential's fault: then another one may try. */
function accountStatus(error: Fields): number {
  const reasons = detailsOf(error, ERROR_INFO).map((info) => textAt(info, 'reason'));
  if (reasons.some((reason) => BAD_KEYS.has(reason))) return UNAUTHORIZED;
  const isState = textAt(error, 'status') === 'FAILED_PRECONDITION';
  return isState && REFUSED_PROJECT.test(textAt(error, 'message')) ? FORBIDDEN : BAD_REQUEST;
}

/** The failure in a chunk; undefined for every normal one. */
export function failureOfEvent(
  { data, json }: SseEvent,
  nowMs: number,
  headers: readonly string[] = [],
): UpstreamFailure | undefined {
  if (!isFields(json) || !isFields(json['error'])) return undefined;
  const status = errorStatus([json['error']['code']]) ?? UNKNOWN_STATUS;
  return failureOfResponse(status, [...headers], data, nowMs);
}

/** The `error` object; a stream that is refused as an array holds it in its first element. */
function errorIn(body: string): Fields {
  const text = body.trim();
  const isList = text.startsWith('[') && text.endsWith(']');
  return objectAt(jsonObject(isList ? text.slice(1, -1) : text), 'error');
}

/** Name of the quota that is used up. */
function limitIn(error: Fields): string | undefined {
  const violations = detailsOf(error, QUOTA_FAILURE).flatMap(({ violations: list }) =>
    Array.isArray(list) ? list.filter(isFields) : [],
  );
  const name = violations.map((violation) => textAt(violation, 'quotaId')).find(Boolean) ?? '';
  return /^[\x21-\x7e]+$/.test(name) && name.length <= MAX_LIMIT_CHARS ? name : undefined;
}

/** What an error of Anthropic means: its status, how far it reaches and how long it lasts (7.7). */
import { objectOf } from '../../canonical/value.ts';
import type { SseEvent } from '../../formats/format.ts';
import { failureOf, jsonObject, objectAt, textAt, type RetryHint } from '../failure.ts';
import { retryAfterOf } from '../retry-after.ts';
import type { UpstreamFailure } from '../types.ts';
import { refusalOf, UNIFIED_LIMIT } from './rate-limits.ts';

/** Status by type of error, for streams that had begun. */
const STATUS_OF_TYPE: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['api_error', 500],
  ['timeout_error', 504],
  ['overloaded_error', 529],
]);

const UNKNOWN_STATUS = 502;
const BAD_REQUEST = 400;
const TOO_MANY = 429;

const PAYMENT = 402;

/** What Anthropic calls a bad request, although it is the account that is out. */
const ACCOUNT_OUT =
  /credit balance is too low|reached your specified [\w ]{0,40}usage limits|organization has been disabled/i;

/** An answer with an error status. */
export function failureOfResponse(
  status: number,
  headers: string[],
  body: string,
  nowMs: number,
): UpstreamFailure {
  const refusal = refusalOf(headers, nowMs);
  const hint = longer(retryAfter(status, headers, nowMs), refusal.hint);
  const failure = failureOf(accountStatus(status, body), body, headers, hint);
  if (status !== TOO_MANY) return failure;
  if (isAboutSpeed(body)) return { ...failure, requestScoped: true };
  if (!refusal.credentialScoped) return failure;
  return { ...failure, credentialScoped: true, usageLimit: UNIFIED_LIMIT };
}

/** The failure in an event; undefined for every normal one. */
export function failureOfEvent(
  { event, data, json }: SseEvent,
  nowMs: number,
  headers: readonly string[] = [],
): UpstreamFailure | undefined {
  const { type } = objectOf(json);
  if (type !== 'error' && event !== 'error') return undefined;
  const kind = textAt(objectAt(jsonObject(data), 'error'), 'type');
  const status = STATUS_OF_TYPE.get(kind) ?? UNKNOWN_STATUS;
  const body = data.trim() === '' ? 'unknown upstream error' : data;
  return failureOfResponse(status, [...headers], body, nowMs);
}

/** Anthropic may send the header with every error, and it is believed with every one (7.7). */
function retryAfter(status: number, headers: string[], nowMs: number): RetryHint | undefined {
  return status >= 400 && status <= 599 ? retryAfterOf(TOO_MANY, headers, nowMs) : undefined;
}

/** The status that lets another account try, where no request of this one can succeed. */
function accountStatus(status: number, body: string): number {
  if (status !== BAD_REQUEST) return status;
  const message = textAt(objectAt(jsonObject(body), 'error'), 'message');
  return ACCOUNT_OUT.test(message) ? PAYMENT : status;
}

function longer(one: RetryHint | undefined, other: RetryHint | undefined): RetryHint | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.retryAfterMs >= other.retryAfterMs ? one : other;
}

/** Only the fast mode was refused: the account is fine. */
function isAboutSpeed(body: string): boolean {
  const text = body.toLowerCase();
  if (text.includes('fast request rejected')) return true;
  const credits = text.includes('usage credits') || text.includes('credits are required');
  return text.includes('fast') && credits;
}

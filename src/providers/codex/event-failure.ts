/** Failures inside a Codex stream, and whole answers that say they failed (codex.md 5.2). */
import { isFields, type Fields } from '../../config/values.ts';
import type { SseEvent } from '../../formats/format.ts';
import { errorStatus, failureOf, objectAt, textAt } from '../failure.ts';
import type { UpstreamFailure } from '../types.ts';
import { failureOfFrame } from './frame-failure.ts';
import { isAtCapacity, isUsageLimit, limitHint, withUsageLimit } from './limits.ts';
import { isBadSignature, isContextCode, reclassified } from './reclassify.ts';

const NO_DETAILS = 'upstream stream failed without error details';

/** Status by error code or type. */
const NAMED_STATUS: ReadonlyMap<string, number> = new Map([
  ['cyber_policy', 400],
  ['invalid_request_error', 400],
  ['bad_request_error', 400],
  ['authentication_error', 401],
  ['invalid_api_key', 401],
  ['unauthorized', 401],
  ['permission_error', 403],
  ['forbidden', 403],
  ['permission_denied', 403],
  ['not_found_error', 404],
  ['not_found', 404],
  ['model_not_found', 404],
  ['rate_limit_error', 429],
  ['rate_limit_exceeded', 429],
]);

/** Wording of an input that is too long. */
const CONTEXT_TEXTS = ['context window', 'context length', 'too many tokens'];

/** Anything else: the upstream's fault. */
const UNKNOWN_STATUS = 502;

/**
 * The failure in an event, or undefined for every normal one. `headers`: those of the answer, which
 * help out where a usage limit has no time of its own.
 */
export function failureOfEvent(
  event: SseEvent,
  nowMs: number,
  headers: readonly string[] = [],
): UpstreamFailure | undefined {
  const json = event.json;
  if (!isFields(json)) return undefined;
  const raw = failedError(json);
  if (raw === undefined) return undefined;
  return failureOfFrame(json, nowMs) ?? terminalFailure(raw, json, headers, nowMs);
}

/** The error of a failed turn as it was sent, null when it has none; undefined: not failed. */
function failedError(json: Fields): unknown {
  if (json['type'] === 'error') return json['error'] ?? null;
  if (json['type'] === 'response.failed') return objectAt(json, 'response')['error'] ?? null;
  if (json['type'] !== undefined) return undefined;
  if (json['object'] === 'response' && json['status'] === 'failed') return json['error'] ?? null;
  // A relay's bare error object. In a normal answer the member is null or missing.
  return json['object'] === undefined ? (json['error'] ?? undefined) : undefined;
}

function terminalFailure(
  raw: unknown,
  json: Fields,
  headers: readonly string[],
  nowMs: number,
): UpstreamFailure {
  const error = describedError(raw, json);
  const root = { error };
  const body = JSON.stringify(root);
  const status = statusOf(error);
  const hint = limitHint(status, root, body, headers, nowMs);
  const failure = failureOf(status, reclassified(status, body), [], hint);
  return withUsageLimit(failure, root, headers, nowMs);
}

/** The error as an object that has a message. */
function describedError(raw: unknown, json: Fields): Fields {
  if (typeof raw === 'string' && raw !== '') return { message: raw };
  const error = isFields(raw) ? raw : topLevelError(json);
  if (textAt(error, 'message') !== '') return error;
  const message = textAt(error, 'code') || textAt(error, 'type') || NO_DETAILS;
  return { ...error, message };
}

/** Errors whose parts stand beside the event's type. */
function topLevelError(json: Fields): Fields {
  const { message, code, error_type: type, param } = json;
  const parts = Object.entries({ message, type, code, param });
  return Object.fromEntries(parts.filter(([, value]) => value !== undefined && value !== null));
}

function statusOf(error: Fields): number {
  const names = [textAt(error, 'code').toLowerCase(), textAt(error, 'type').toLowerCase()];
  const text = `${names[0]} ${textAt(error, 'message').toLowerCase()}`;
  if (isContextCode(names[0] ?? '') || CONTEXT_TEXTS.some((part) => text.includes(part)))
    return 400;
  const root = { error };
  if (isUsageLimit(root) || isAtCapacity(root, '')) return 429;
  if (isBadSignature(text)) return 400;
  const own = errorStatus([error['status_code'], error['status']]);
  if (own !== undefined) return own;
  for (const name of names) {
    const status = NAMED_STATUS.get(name);
    if (status !== undefined) return status;
  }
  return UNKNOWN_STATUS;
}

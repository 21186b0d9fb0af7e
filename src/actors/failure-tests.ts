/** What the text of a failed answer gives away, whatever its status says (routing.md 6.2). */
import { jsonObject, objectAt, textAt } from '../providers/failure.ts';
import type { Fields } from '../config/values.ts';
import type { UpstreamFailure } from '../providers/types.ts';

const MODEL_SUPPORT_STATUSES: ReadonlySet<number> = new Set([400, 422]);

const MODEL_SUPPORT = [
  'model_not_supported',
  'requested model is not supported',
  'requested model is unsupported',
  'requested model is unavailable',
  'model is not supported',
  'model not supported',
  'unsupported model',
  'model unavailable',
  'not available for your plan',
  'not available for your account',
];

const CHALLENGE = ['challenge-platform', 'cf-mitigated', 'cloudflare challenge'];

/** Statuses that blame the account or its quota: their body never makes them the request's fault. */
const NEVER_REQUEST: ReadonlySet<number> = new Set([401, 402, 429]);

const REQUEST_STATUSES: ReadonlySet<number> = new Set([400, 409, 413, 422]);

const REQUEST_CODES: ReadonlySet<string> = new Set([
  'cyber_policy',
  'context_length_exceeded',
  'message_too_big',
  'string_above_max_length',
  'invalid_prompt',
  'invalid_value',
  'unsupported_value',
  'invalid_request_error',
  'previous_response_not_found',
]);

const REQUEST_TYPES: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_request_error',
  'bad_request_error',
  'invalid_prompt',
]);

/** Parts of "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false." */
const NOT_PERSISTED = ['item with id', 'not found', 'not persisted when', 'set to false'];

/** Wordings of OpenAI, Gemini and Anthropic. */
const NAMES_MODEL = [
  /model_not_found|unknown_model/,
  /model.{0,100}(?:not found|not be found|does not exist)/s,
  /"message":\s*"model:/,
];

/** A failed answer, read once. */
export interface FailureText {
  readonly status: number;
  /** The body in lower case. */
  readonly text: string;
  readonly root: Fields | undefined;
  readonly headers: readonly string[];
}

/** Reads a failure for the tests below. */
export function failureText(failure: UpstreamFailure): FailureText {
  const { status, body, headers } = failure;
  return { status, text: body.toLowerCase(), root: jsonObject(body), headers };
}

/** The account can not use this model. */
export function isModelSupport({ status, text }: FailureText): boolean {
  return MODEL_SUPPORT_STATUSES.has(status) && MODEL_SUPPORT.some((part) => text.includes(part));
}

/** A guard in front of the upstream took the request, not the upstream. */
export function isChallenge({ text, headers }: FailureText): boolean {
  if (CHALLENGE.some((part) => text.includes(part))) return true;
  if (text.includes('cloudflare') && text.includes('<html')) return true;
  return headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'cf-mitigated');
}

/** The account's login is over for good. */
export function isDeadGrant({ status, text }: FailureText): boolean {
  return (status === 400 || status === 401) && text.includes('invalid_grant');
}

/**
 * Is the request itself at fault? A 401 never is: OpenAI marks a wrong key as
 * `invalid_request_error`, which must not end the turn while other accounts are left.
 */
export function isRequestFault({ status, text, root }: FailureText): boolean {
  if (NEVER_REQUEST.has(status)) return false;
  if (REQUEST_STATUSES.has(status)) return true;
  if (NOT_PERSISTED.every((part) => text.includes(part))) return true;
  return errorObjects(root).some(
    (error) => REQUEST_CODES.has(textAt(error, 'code')) || REQUEST_TYPES.has(textAt(error, 'type')),
  );
}

/** Is this a status that blames the request by itself? */
export function isRequestStatus(status: number): boolean {
  return REQUEST_STATUSES.has(status);
}

/** Does a 404 speak of the model, not of the path? (routing.md 6.10) */
export function namesModel({ text }: FailureText): boolean {
  return NAMES_MODEL.some((wording) => wording.test(text));
}

/** The error's own words; `''` when the body has none. */
export function errorMessage(root: Fields | undefined): string {
  const error = root?.['error'];
  if (typeof error === 'string') return error;
  for (const object of errorObjects(root)) {
    const message = textAt(object, 'message') || textAt(object, 'detail');
    if (message !== '') return message;
  }
  return '';
}

/** The places where a code, type or message may stand. */
function errorObjects(root: Fields | undefined): Fields[] {
  if (root === undefined) return [];
  return [
    objectAt(root, 'error'),
    root,
    objectAt(objectAt(root, 'response'), 'error'),
    objectAt(objectAt(root, 'body'), 'error'),
  ];
}

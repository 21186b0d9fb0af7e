/**
 * Errors in Anthropic's form (codex.md 7.4; translate-openai-claude.md 10.5): `type` by status, unless
 * the upstream named one itself.
 */
import { isObject, stringOf } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import { dataFrame } from '../../formats/sse/frame.ts';
import { answerStatus, failureText, parsedJson, type Failure } from './body.ts';
import { isTooLong } from './too-long.ts';

/** By status; others are `api_error` from 500 on and `invalid_request_error` below. */
const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  // An upstream that broke off: no word about the request, and SDKs ask once more.
  408: 'timeout_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

const INVALID = 'invalid_request_error';

/** Only where Claude Code reads these words does it offer to compact; any other 400 it repeats. */
const TOO_LONG = 'prompt is too long';

/** Id of a request as Anthropic spells it. */
const claudeRequestId = (id: string): string => `req_${id}`;

/** The header that tells the id; SDKs show it in their errors. */
export const claudeIdHeaders = (id: string): string[] => ['request-id', claudeRequestId(id)];

/**
 * The status a Claude client gets. A wrong key is a 403, because Claude Code repeats a 401 for over a
 * minute; an unknown model is a 404, as at Anthropic, because any 400 is repeated up to six times
 * (clients.md 6.3). A conversation that is too long is a 400, as at Anthropic, whatever others say.
 */
export function claudeStatus(failure: Failure): number {
  const status = answerStatus(failure);
  if (isTooLong(failure)) return 400;
  if (failure.code === 'invalid_api_key') return 403;
  return failure.code === 'unknown_model' && status === 400 ? 404 : status;
}

/** The whole body, on one line. */
export function claudeErrorBody(failure: Failure, requestId: string | undefined): string {
  return verbatimBody(failure) ?? ownBody(failure, requestId);
}

function ownBody(failure: Failure, requestId: string | undefined): string {
  const text = failureText(failure);
  const tooLong = isTooLong(failure);
  return JSON.stringify({
    type: 'error',
    error: {
      type: tooLong ? INVALID : typeOf(failure),
      message: tooLong && !text.toLowerCase().includes(TOO_LONG) ? `${TOO_LONG}: ${text}` : text,
    },
    request_id: requestId === undefined ? undefined : claudeRequestId(requestId),
  });
}

function typeOf(failure: Failure): string {
  const status = claudeStatus(failure);
  return upstreamType(failure) ?? TYPES[status] ?? (status >= 500 ? 'api_error' : INVALID);
}

function verbatimBody(failure: Failure): string | undefined {
  if (failure instanceof SwitchyardError || failure.verbatim !== true) return undefined;
  const { body } = failure;
  return body !== null && isObject(parsedJson(body)) ? body : undefined;
}

/** The one event that ends a stream that broke. */
export function claudeStreamError(failure: Failure, requestId: string | undefined): string {
  return dataFrame('error', ownBody(failure, requestId));
}

/** The type that the upstream's own error has, in whatever dialect. */
function upstreamType({ body }: Failure): string | undefined {
  const value = typeof body === 'string' ? parsedJson(body) : undefined;
  const error = isObject(value) ? value['error'] : undefined;
  if (!isObject(error)) return undefined;
  const { type, code } = error;
  // OpenAI's words for what Anthropic knows under one name (6.4).
  if (code === 'cyber_policy' || type === 'invalid_request') return INVALID;
  return stringOf(type) || undefined;
}

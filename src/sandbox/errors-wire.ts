/** Error bodies and failure events of the sandbox, shaped like those of Codex (codex.md 5.2, 5.3). */
import type { Refusal } from './commands.ts';
import type { ResponsesEvent } from './responses-wire.ts';

/** JSON error with the given fields. */
export function errorBody(type: string, message: string): string {
  return JSON.stringify({ error: { type, message } });
}

/** Status and error object of a refused turn; undefined: the connection ends without a word. */
export function refusalError(
  refusal: Refusal,
  nowMs: number,
): { status: number; error: Record<string, unknown> } | undefined {
  if (refusal.kind === 'limit') {
    return { status: 429, error: usageLimitError(refusal.seconds, nowMs) };
  }
  if (refusal.kind !== 'status') return undefined;
  const { status } = refusal;
  const message = `the sandbox was asked for status ${status}`;
  return { status, error: { type: errorTypeOf(status), message } };
}

/** The usage limit with both forms of its reset time. `nowMs`: Unix ms. */
function usageLimitError(seconds: number, nowMs: number): Record<string, unknown> {
  return {
    type: 'usage_limit_reached',
    message: 'The usage limit has been reached',
    plan_type: 'sandbox',
    resets_at: Math.ceil(nowMs / 1000) + seconds,
    resets_in_seconds: seconds,
  };
}

/** Error type that goes with a status. */
export function errorTypeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

const FAILURE = { code: 'server_is_overloaded', message: 'the sandbox was asked to fail' };

/** Terminal failure of a Responses stream. */
export function failedEvent(id: string): ResponsesEvent {
  const response = { id: `resp_${id}`, object: 'response', status: 'failed', error: FAILURE };
  return { type: 'response.failed', response };
}

/** Failure inside a Chat Completions stream. */
export function failedChunk(): Record<string, unknown> {
  return { error: { ...FAILURE, type: 'server_error' } };
}

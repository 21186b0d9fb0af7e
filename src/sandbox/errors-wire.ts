/** Error bodies and failure events of the sandbox, shaped like those of Codex (codex.md 5.2, 5.3). */
import type { ResponsesEvent } from './responses-wire.ts';

/** JSON error with the given fields. */
export function errorBody(type: string, message: string): string {
  return JSON.stringify({ error: { type, message } });
}

/** The usage limit with both forms of its reset time. `nowMs`: Unix ms. */
export function usageLimitBody(seconds: number, nowMs: number): string {
  return JSON.stringify({
    error: {
      type: 'usage_limit_reached',
      message: 'The usage limit has been reached',
      plan_type: 'sandbox',
      resets_at: Math.ceil(nowMs / 1000) + seconds,
      resets_in_seconds: seconds,
    },
  });
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

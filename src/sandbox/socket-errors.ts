/** Error frames of the sandbox's WebSocket (codex.md 2.7, clients.md 5.3). */
import { errorTypeOf, refusalError } from './errors-wire.ts';
import { quotaHeaders, type Quota } from './quota.ts';
import type { Refusal } from './commands.ts';

export type Frame = Record<string, unknown>;

/** A request that can not be served as it is. */
export function badRequest(message: string, code?: string, param?: string): Frame {
  return errorFrame(400, { type: errorTypeOf(400), code, message, param });
}

export function notFound(previousResponseId: string): Frame {
  const message = `Previous response with id '${previousResponseId}' not found.`;
  return badRequest(message, 'previous_response_not_found', 'previous_response_id');
}

export function tooLong(): Frame {
  const message = 'The conversation is longer than the context window of the model.';
  return badRequest(message, 'context_length_exceeded', 'input');
}

export function tooOld(): Frame {
  const message =
    'The WebSocket has reached its limit of 60 minutes. Open a new one to go on with the conversation.';
  return badRequest(message, 'websocket_connection_limit_reached');
}

/** Undefined: the socket ends without a word. */
export function refusalFrame(refusal: Refusal, quota: Quota, nowMs: number): Frame | undefined {
  const told = refusalError(refusal, nowMs);
  return told && { ...errorFrame(told.status, told.error), headers: quotaHeaders(quota) };
}

function errorFrame(status: number, error: Frame): Frame {
  return { type: 'error', status, error };
}

/** Text of server-sent events as the sandbox writes them. */
import type { ResponsesEvent } from './responses-wire.ts';

/** `event:` and `data:` line plus the blank line, as the Responses endpoint frames its events. */
export function responsesFrame(event: ResponsesEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** A data-only frame, as the Chat Completions endpoint writes it. */
export function dataFrame(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** End mark of a Chat Completions stream. */
export const DONE_FRAME = 'data: [DONE]\n\n';

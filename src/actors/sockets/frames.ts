/** What upstream frames say, as far as the socket itself is concerned (codex.md 2.4, 2.7). */
import { isObject, objectOf, type JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import type { SseEvent } from '../../formats/format.ts';

/**
 * A text frame as the event it stands for.
 * @throws SwitchyardError `upstream_bad_answer` for what is no JSON object.
 */
export function eventOf(text: string): SseEvent & { json: JsonObject } {
  const json = parsed(text);
  if (!isObject(json)) {
    throw new SwitchyardError('upstream_bad_answer', {
      message: 'the upstream sent a WebSocket message that is no JSON object',
    });
  }
  const { type } = json;
  return { event: typeof type === 'string' ? type : undefined, data: text, json };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not being JSON is reported like any other wrong frame.
    return undefined;
  }
}

/** Some upstreams end a turn with `response.done`, which HTTP clients do not know. */
export function withStandardEnd(event: SseEvent & { json: JsonObject }): SseEvent {
  if (event.event !== 'response.done') return event;
  const json = { ...event.json, type: 'response.completed' };
  return { event: 'response.completed', data: JSON.stringify(json), json };
}

/** Frames about the connection and the account, not about the answer. */
export const isPrivate = ({ event }: SseEvent): boolean => event?.startsWith('codex.') ?? false;

/** Errors by which the upstream says that it did not take the turn on this socket. */
const NOT_TAKEN: ReadonlySet<unknown> = new Set([
  'websocket_connection_limit_reached',
  'previous_response_not_found',
]);

/** The upstream did not take the turn, and a new socket with the whole input will do. */
export function isNotTaken(json: JsonObject): boolean {
  if (json.type !== 'error') return false;
  const errors = [objectOf(json.error), objectOf(objectOf(json.body).error), json];
  return errors.some(({ code }) => NOT_TAKEN.has(code));
}

/** Id of the answer that a terminal event ends; undefined: it can not be continued. */
export function finishedResponse({ type, response }: JsonObject): JsonObject | undefined {
  if (type !== 'response.completed' && type !== 'response.done') return undefined;
  return isObject(response) && typeof response.id === 'string' ? response : undefined;
}

/**
 * The first events of a Codex stream, held back until the answer begins (codex.md 2.10): an upstream
 * that then says it is overloaded has not been heard by the client, so another one may be asked.
 */
import { isObject } from '../canonical/value.ts';
import type { SseEvent } from '../formats/format.ts';

/**
 * Events that are held; then they go on as they are. Real handshakes have three. The reference counts
 * the lines of an HTTP stream, which are about three to an event.
 */
export const MAX_HELD_EVENTS = 16;

/** Events that come before the answer itself. */
const HANDSHAKE: ReadonlySet<unknown> = new Set([
  'response.created',
  'response.in_progress',
  'codex.rate_limits',
  'codex.response.metadata',
]);

const OVERLOAD_TYPES: ReadonlySet<unknown> = new Set([
  'service_unavailable_error',
  'rate_limit_error',
]);
const OVERLOAD_CODES: ReadonlySet<unknown> = new Set([
  'server_is_overloaded',
  'rate_limit_exceeded',
]);

/** The events of one answer on their way to the client. */
export class HeldEvents {
  #held: SseEvent[] = [];
  #holding = true;

  /** Takes the next event that is no failure; returns what goes on now, in order. */
  take(event: SseEvent): readonly SseEvent[] {
    if (!this.#holding) return [event];
    this.#held.push(event);
    if (isHandshake(event) && this.#held.length < MAX_HELD_EVENTS) return [];
    return this.release();
  }

  /** Is `event`, a failure, an overload of which the client has heard nothing? */
  hides(event: SseEvent): boolean {
    return this.#holding && isOverload(event);
  }

  /** Ends the holding; returns what was held. */
  release(): readonly SseEvent[] {
    const released = this.#held;
    this.#holding = false;
    this.#held = [];
    return released;
  }
}

/** Comments and the like hold nothing that a client waits for. */
function isHandshake({ json }: SseEvent): boolean {
  return !isObject(json) || HANDSHAKE.has(json.type);
}

function isOverload({ json }: SseEvent): boolean {
  if (!isObject(json)) return false;
  const { response } = json;
  const places = [json.error, isObject(response) ? response.error : undefined, json];
  return places.some(
    (error) =>
      isObject(error) && (OVERLOAD_TYPES.has(error.type) || OVERLOAD_CODES.has(error.code)),
  );
}

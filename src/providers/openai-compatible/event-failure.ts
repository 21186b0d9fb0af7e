/** Errors inside a compatible provider's stream or whole answer (providers.md 12.4). */
import { isFields, type Fields } from '../../config/values.ts';
import type { SseEvent } from '../../formats/format.ts';
import { errorStatus, failureOf, objectAt } from '../failure.ts';
import type { UpstreamFailure } from '../types.ts';

/** Event names and types that announce an error. */
const FAILURES: ReadonlySet<unknown> = new Set(['error', 'response.error', 'response.failed']);

const UNKNOWN_STATUS = 502;

const present = (value: unknown): boolean => value !== undefined && value !== null;

/** The failure in an event, or undefined for every normal one. */
export function failureOfEvent(event: SseEvent): UpstreamFailure | undefined {
  const { json } = event;
  const named = FAILURES.has(event.event);
  if (named && json === undefined) {
    const ended = event.data.trim() === '' ? 'without data' : 'before [DONE]';
    return failureOf(UNKNOWN_STATUS, `upstream error event ended ${ended}`, [], undefined);
  }
  if (!isFields(json)) return named ? failure(UNKNOWN_STATUS, event) : undefined;
  if (!named && !isError(json)) return undefined;
  return failure(statusOf(json) ?? UNKNOWN_STATUS, event);
}

const failure = (status: number, event: SseEvent): UpstreamFailure =>
  failureOf(status, event.data, [], undefined);

function isError(json: Fields): boolean {
  return (
    present(json['error']) ||
    present(objectAt(json, 'response')['error']) ||
    FAILURES.has(json['type']) ||
    (present(json['code']) && present(json['message']))
  );
}

function statusOf(json: Fields): number | undefined {
  const places = [json, objectAt(json, 'error'), objectAt(objectAt(json, 'response'), 'error')];
  return errorStatus(places.flatMap((place) => [place['status'], place['status_code']]));
}

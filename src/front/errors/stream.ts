/** The one terminal event of a Chat Completions stream that broke (routing.md 11.1, vector 123). */
import { dataFrame } from '../../formats/sse/frame.ts';
import { errorBody, parsedJson, wrapped } from './body.ts';
import { isObject } from '../../canonical/value.ts';
import type { TurnFailure } from '../../turn.ts';

/** Line ends; in JSON they can only stand between tokens. */
const LINE_ENDS = /[\r\n]+/g;

/**
 * `data: {"error":...}` on one line; no `[DONE]` follows. JSON without an `error` member is put into
 * a message: as an event of its own, clients would take it for a chunk and the answer for whole
 * (the reference passes it on).
 */
export function chatStreamError(failure: TurnFailure): string {
  return errorFrame(undefined, failure);
}

/** The same for an image stream, whose events have names (codex.md 8.1). */
export function imageStreamError(failure: TurnFailure): string {
  return errorFrame('error', failure);
}

function errorFrame(event: string | undefined, failure: TurnFailure): string {
  const body = errorBody(failure);
  const value = parsedJson(body);
  const recognised = isObject(value) && isObject(value['error']);
  return dataFrame(
    event,
    recognised ? body.replace(LINE_ENDS, ' ').trim() : wrapped(failure, body),
  );
}

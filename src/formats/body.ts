/** Request bodies as JSON objects, for the pairs that have to understand the whole body. */
import { isObject, type JsonObject } from '../canonical/value.ts';
import { SwitchyardError } from '../errors.ts';
import type { Member } from '../json/members.ts';
import { scanObject } from '../json/scan.ts';

/**
 * Parses a body.
 * @throws SwitchyardError `invalid_json`, or `invalid_request` when it is no object.
 */
export function parseBody(body: Uint8Array): JsonObject {
  const value = parseText(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  if (isObject(value)) return value;
  throw new SwitchyardError('invalid_request', {
    message: 'the request body must be a JSON object',
  });
}

/** Parses an upstream's JSON answer. @throws SwitchyardError `upstream_bad_answer`. */
export function parseAnswer(body: Uint8Array): JsonObject {
  try {
    return parseBody(body);
  } catch (cause) {
    throw new SwitchyardError('upstream_bad_answer', { cause });
  }
}

/** Members of an upstream's JSON answer, unparsed. @throws SwitchyardError `upstream_bad_answer`. */
export function scanAnswer(body: Uint8Array): readonly Member[] {
  try {
    return scanObject(body);
  } catch (cause) {
    throw new SwitchyardError('upstream_bad_answer', { cause });
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SwitchyardError('invalid_json', { cause });
  }
}

/**
 * Error texts that go into events of a Responses stream (codex.md 3.3): cut, and without secrets,
 * because clients put them into transcripts that are shared.
 */
import { isObject, type JsonObject } from '../../canonical/value.ts';

/** Code points of a message. */
export const MAX_MESSAGE = 2048;

/** Code points of every other text. */
export const MAX_WORD = 256;

/** Members of an upstream's error object that survive. */
const KEPT = ['type', 'code', 'message', 'param'] as const;

const BEARER = /Bearer\s+[^\s"',;]+/gi;
const NAMED =
  /((?:api[_-]?key|token|authorization|secret)["']?\s*[=:]\s*["']?)(?!\[REDACTED\])[^\s"',;&}]+/gi;
const REDACTED = '[REDACTED]';

/** A message as it may be shown. */
export function safeMessage(text: string): string {
  return safeText(text, MAX_MESSAGE);
}

/** The known members of an error object, cut and redacted; numbers become text. */
export function safeError(error: unknown): JsonObject {
  const safe: JsonObject = {};
  if (!isObject(error)) return safe;
  for (const key of KEPT) {
    const value = error[key];
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string')
      safe[key] = safeText(text, key === 'message' ? MAX_MESSAGE : MAX_WORD);
    else if (text === null) safe[key] = null;
  }
  return safe;
}

function safeText(text: string, limit: number): string {
  // Twice the units of the limit hold every code point that counts, and bound the search.
  const shown = text
    .slice(0, 2 * limit + 2)
    .replace(BEARER, REDACTED)
    .replace(NAMED, `$1${REDACTED}`);
  const points = [...shown];
  return points.length > limit ? `${points.slice(0, limit).join('')}…` : shown;
}

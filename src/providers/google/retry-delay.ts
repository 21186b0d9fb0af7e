/**
 * How long Google says to wait (providers.md 1.8). The reference reads this for two of its upstreams
 * only; the fields are the same everywhere, so they are believed everywhere (16, D1).
 */
import { isFields, type Fields } from '../../config/values.ts';
import { parseDuration } from '../../config/duration.ts';
import { objectAt, textAt, type RetryHint } from '../failure.ts';

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';

/** Waits longer than this are a mistake of the text they were read from: thirty-one days. */
export const MAX_DELAY_MS = 31 * 24 * 60 * 60 * 1000;

/** The waiting time in an `error` object; undefined: it tells none, or one that can not be read. */
export function googleRetryDelay(error: Fields): RetryHint | undefined {
  const info = firstText(detailsOf(error, RETRY_INFO), 'retryDelay');
  if (info !== undefined) return hint(info, 'RetryInfo.retryDelay');
  const metadata = detailsOf(error, ERROR_INFO).map((detail) => objectAt(detail, 'metadata'));
  const reset = firstText(metadata, 'quotaResetDelay');
  if (reset !== undefined) return hint(reset, 'ErrorInfo.quotaResetDelay');
  const words = /\bafter\s+((?:\d+(?:\.\d+)?(?:h|ms|m|s))+)/i.exec(textAt(error, 'message'));
  return words?.[1] === undefined ? undefined : hint(words[1].toLowerCase(), 'error.message');
}

/** The `details` of an error that have this type. */
export function detailsOf(error: Fields, type: string): Fields[] {
  const { details } = error;
  if (!Array.isArray(details)) return [];
  return details.filter(isFields).filter((detail) => detail['@type'] === type);
}

function firstText(places: readonly Fields[], name: string): string | undefined {
  return places.map((place) => textAt(place, name)).find((text) => text !== '');
}

function hint(duration: string, evidence: string): RetryHint | undefined {
  const ms = Math.ceil(parseDuration(duration) ?? 0);
  return ms > 0 && ms <= MAX_DELAY_MS ? { retryAfterMs: ms, evidence } : undefined;
}

/** Parts of a failure that all providers fill in the same way. */
import { STATUS_CODES } from 'node:http';
import { isFields, type Fields } from '../config/values.ts';
import type { UpstreamFailure } from './types.ts';

/** Where a waiting time was found. */
export interface RetryHint {
  retryAfterMs: number;
  evidence: string;
}

/** Text of a status for answers without a body: an error is never empty. */
export function statusText(status: number): string {
  return STATUS_CODES[status] ?? `the upstream answered with status ${status}`;
}

/** A failure that has an HTTP status. */
export function failureOf(
  status: number,
  body: string,
  headers: string[],
  hint: RetryHint | undefined,
): UpstreamFailure {
  return {
    status,
    body: body.trim() === '' ? statusText(status) : body,
    headers,
    retryAfterMs: hint?.retryAfterMs,
    evidence: hint?.evidence,
    requestScoped: false,
    credentialScoped: false,
    network: 'none',
  };
}

/** The JSON object in `text`; undefined for anything else. */
export function jsonObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A member that is an object; else an empty one. */
export function objectAt(fields: Fields | undefined, name: string): Fields {
  const value = fields?.[name];
  return isFields(value) ? value : {};
}

/** A text member; `''` for anything else. */
export function textAt(fields: Fields | undefined, name: string): string {
  const value = fields?.[name];
  return typeof value === 'string' ? value : '';
}

/** The first of the values that is an HTTP error status, as a number or as digits. */
export function errorStatus(candidates: readonly unknown[]): number | undefined {
  for (const candidate of candidates) {
    const status = typeof candidate === 'string' ? Number(candidate) : candidate;
    if (typeof status !== 'number' || !Number.isInteger(status)) continue;
    if (status >= 400 && status <= 599) return status;
  }
  return undefined;
}

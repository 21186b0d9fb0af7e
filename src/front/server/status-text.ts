/** Status lines; some statuses of this program are not in Node's table. */
import { STATUS_CODES } from 'node:http';

/** 499: the client left before the end; only logs show it. */
const OWN: Readonly<Record<number, string>> = { 499: 'Client Closed Request' };

/** Code and reason phrase, e.g. `404 Not Found`. */
export function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? OWN[status] ?? 'Unknown'}`;
}

/** Statuses whose answers have no body (RFC 9110, 15.3.5 and 15.4.5). */
export const hasNoBody = (status: number): boolean => status === 204 || status === 304;

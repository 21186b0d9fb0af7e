/** Status lines as text. */
import { STATUS_CODES } from 'node:http';

const lines = new Map<number, string>(
  Object.entries(STATUS_CODES).map(([code, phrase]) => [Number(code), `${code} ${phrase}`]),
);

/** Code and reason phrase, e.g. `404 Not Found`. */
export function statusLine(status: number): string {
  return lines.get(status) ?? `${status} Unknown`;
}

/**
 * Where a JSON text holds a certain token. The native search is far cheaper than walking over the
 * members, so that only the few items that may need a change are looked at. A token that a client
 * spells with escapes (`"\u0069d"`) is not found: no client does that.
 */
import { bufferOf } from '../../json/scan.ts';

/** Moves forward over one text; ranges must be asked for in rising order. */
export class Occurrences {
  readonly #bytes: Buffer;
  readonly #token: Buffer;
  #at: number;

  constructor(bytes: Uint8Array, token: Buffer, from: number) {
    this.#bytes = bufferOf(bytes);
    this.#token = token;
    this.#at = this.#bytes.indexOf(token, from);
  }

  /** Does the token begin in `bytes[start..end)`? */
  within(start: number, end: number): boolean {
    if (this.#at >= 0 && this.#at < start) this.#at = this.#bytes.indexOf(this.#token, start);
    return this.#at >= 0 && this.#at < end;
  }
}

/** The bytes of a whole JSON string, quotes included. */
export const token = (text: string): Buffer => Buffer.from(JSON.stringify(text), 'utf8');

/** Is the token anywhere in the range? */
export function holds(bytes: Uint8Array, wanted: Buffer, start: number, end: number): boolean {
  const at = bufferOf(bytes).indexOf(wanted, start);
  return at >= 0 && at < end;
}

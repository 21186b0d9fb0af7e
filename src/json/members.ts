/** Top-level members of a JSON object as byte ranges, without parsing their values. */

/** One member: `bytes[valueStart..valueEnd)` is the value's JSON text. */
export interface Member {
  /** Decoded key. */
  readonly key: string;
  /** Offset of the key's opening quote. */
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/**
 * Shape of the proofs that Anthropic puts on its reasoning (translate-openai-claude.md 3.8). Nothing
 * is verified; the test only keeps other providers' proofs away from an upstream that refuses them.
 */
import { MAX_ENCRYPTED_CHARS } from '../responses/encrypted.ts';

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const CANONICAL_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** First bytes: field 2 as bytes, and field 1 as a number. */
const FIELD_2_BYTES = 0x12;
const FIELD_1_NUMBER = 0x08;

/** Wire types of protocol buffers. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Name of the family, which some relays put in front. */
const PREFIX = 'claude#';

/** A proof in the form Anthropic takes; undefined: another family issued the text. */
export function claudeSignature(text: string): string | undefined {
  const whole = text.trim();
  const trimmed = whole.startsWith(PREFIX) ? whole.slice(PREFIX.length) : whole;
  const bytes = decoded(trimmed);
  if (bytes === undefined) return undefined;
  if (bytes[0] === FIELD_2_BYTES) return isInner(bytes) ? trimmed : undefined;
  if (bytes[0] === FIELD_1_NUMBER) return isOuter(bytes) ? trimmed : undefined;
  // Wrapped once more by some relays.
  const inner = bytes.toString('latin1');
  const unwrapped = decoded(inner);
  return unwrapped?.[0] === FIELD_2_BYTES && isInner(unwrapped) ? inner : undefined;
}

function decoded(text: string): Buffer | undefined {
  const tooLong = text.length > MAX_ENCRYPTED_CHARS;
  return tooLong || !BASE64.test(text) ? undefined : Buffer.from(text, 'base64');
}

/** Field 2 holds field 1, which begins with a number. */
function isInner(bytes: Buffer): boolean {
  const outer = fieldsOf(bytes)?.get(2);
  const inner = outer instanceof Buffer ? fieldsOf(outer)?.get(1) : undefined;
  return inner instanceof Buffer && typeof fieldsOf(inner)?.get(1) === 'number';
}

/** The form that names its model. */
function isOuter(bytes: Buffer): boolean {
  const outer = fieldsOf(bytes)?.get(2);
  const inner = outer instanceof Buffer ? fieldsOf(outer)?.get(1) : undefined;
  const fields = inner instanceof Buffer ? fieldsOf(inner) : undefined;
  if (typeof fields?.get(1) !== 'number') return false;
  const proof = fields.get(5);
  const model = fields.get(6);
  const trace = fields.get(11);
  return (
    proof instanceof Buffer &&
    proof.length > 0 &&
    model instanceof Buffer &&
    model.toString('utf8').startsWith('claude-') &&
    (trace === undefined ||
      (trace instanceof Buffer && CANONICAL_UUID.test(trace.toString('utf8'))))
  );
}

/** The last value of every field; undefined: the bytes are no message. */
function fieldsOf(bytes: Buffer): Map<number, number | Buffer> | undefined {
  const fields = new Map<number, number | Buffer>();
  let at = 0;
  while (at < bytes.length) {
    const tag = varint(bytes, at);
    if (tag === undefined) return undefined;
    const value = fieldValue(bytes, tag.end, tag.value & 7);
    if (value === undefined) return undefined;
    fields.set(Math.floor(tag.value / 8), value.value);
    at = value.end;
  }
  return fields;
}

function fieldValue(
  bytes: Buffer,
  at: number,
  wireType: number,
): { value: number | Buffer; end: number } | undefined {
  if (wireType === VARINT) return varint(bytes, at);
  if (wireType === FIXED64 || wireType === FIXED32) {
    const end = at + (wireType === FIXED64 ? 8 : 4);
    return end > bytes.length ? undefined : { value: bytes.subarray(at, end), end };
  }
  const length = wireType === BYTES ? varint(bytes, at) : undefined;
  if (length === undefined) return undefined;
  const end = length.end + length.value;
  return end > bytes.length ? undefined : { value: bytes.subarray(length.end, end), end };
}

/** Longest number of the encoding. */
const MAX_VARINT_BYTES = 10;

function varint(bytes: Buffer, at: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  return undefined;
}

/**
 * Thought signatures: which of them Google issued, and where they may stand
 * (translate-gemini-thinking.md 2.5). Gemini refuses a conversation whose calls are not signed; the
 * sentinel is its own word for "not mine, do not check".
 */
import { isObject, stringOf, without, type JsonObject } from '../../canonical/value.ts';

/** Stands for the signature of a call that Gemini did not make. */
export const SENTINEL = 'skip_thought_signature_validator';

/** Bytes of one signature; a longer one is no signature. */
export const MAX_SIGNATURE_BYTES = 32 * 1024 * 1024;

const PROVIDER = /^(?:claude|gemini|openai)#/;
/** Together with a length in fours; a pattern with groups of four fails on megabytes. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The signature without its provider's prefix, if Google issued it; else undefined. */
export function nativeSignature(text: string | undefined): string | undefined {
  const signature = text?.replace(PROVIDER, '') ?? '';
  if (signature === '' || signature.length > (MAX_SIGNATURE_BYTES / 3) * 4) return undefined;
  if (signature.length % 4 !== 0 || !BASE64.test(signature)) return undefined;
  const inner = field(Buffer.from(signature, 'base64'), 2);
  const proof = inner === undefined ? undefined : field(inner, 1);
  if (proof === undefined) return undefined;
  return proof[0] === 1 || UUID.test(proof.toString('latin1')) ? signature : undefined;
}

/** The last bytes field of this number in a protobuf message; undefined when it is none. */
function field(message: Buffer, wanted: number): Buffer | undefined {
  let found: Buffer | undefined;
  let at = 0;
  while (at < message.length) {
    const [tag, afterTag] = varint(message, at);
    const [value, afterValue] = varint(message, afterTag);
    const kind = tag & 7;
    if (afterTag < 0) return undefined;
    if (kind === 0) at = afterValue;
    else if (kind === 1) at = afterTag + 8;
    else if (kind === 5) at = afterTag + 4;
    else if (kind === 2 && afterValue >= 0) {
      at = afterValue + value;
      if (tag >>> 3 === wanted) found = message.subarray(afterValue, at);
    } else return undefined;
    if (at < 0 || at > message.length) return undefined;
  }
  return found;
}

/** A number and the place behind it; that place is -1 when there is none. */
function varint(bytes: Buffer, from: number): [value: number, next: number] {
  let value = 0;
  for (let at = from, shift = 1; at >= 0 && at < bytes.length && at < from + 5; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * shift;
    if (byte < 0x80) return [value, at + 1];
    shift *= 128;
  }
  return [0, -1];
}

/** Where a signature may be found on a part besides `thoughtSignature`; all but it are removed. */
function signatureOf(part: JsonObject): string | undefined {
  const { functionResponse, function_response } = part;
  const holders = [
    part,
    part.functionCall,
    part.function_call,
    functionResponse,
    function_response,
  ];
  const extra = part.extra_content;
  const google = isObject(extra) ? extra.google : undefined;
  for (const holder of [...holders, google]) {
    if (!isObject(holder)) continue;
    const found = stringOf(holder.thoughtSignature) ?? stringOf(holder.thought_signature);
    if (found !== undefined) return found;
  }
  return undefined;
}

const SPELLINGS = ['thoughtSignature', 'thought_signature'];

/** The part with this signature in its one place, or with none. The part itself is not changed. */
function signed(part: JsonObject, signature: string | undefined): JsonObject {
  const clean = without(part, 'extra_content', ...SPELLINGS);
  for (const key of ['functionCall', 'function_call', 'functionResponse', 'function_response']) {
    const holder = clean[key];
    if (isObject(holder)) clean[key] = without(holder, ...SPELLINGS);
  }
  return signature === undefined ? clean : { ...clean, thoughtSignature: signature };
}

const isCall = (part: JsonObject): boolean =>
  isObject(part.functionCall) || isObject(part.function_call);

const isResponse = (part: JsonObject): boolean =>
  isObject(part.functionResponse) || isObject(part.function_response);

/**
 * Parts of one turn, signed as Gemini demands it. A part that is right already is passed on. One that
 * held nothing but another provider's proof goes: Google refuses parts without data.
 */
export function signParts(role: unknown, parts: readonly JsonObject[]): JsonObject[] {
  let calls = 0;
  const own = parts.map((part) => {
    if (isResponse(part)) return signatureOf(part) === undefined ? part : signed(part, undefined);
    if (role !== 'model') return part;
    const given = signatureOf(part);
    if (isCall(part)) calls += 1;
    const isFirstCall = isCall(part) && calls === 1;
    const wanted = nativeSignature(given) ?? (isFirstCall ? SENTINEL : undefined);
    return wanted === given && (given === undefined || part.thoughtSignature === given)
      ? part
      : signed(part, wanted);
  });
  const told = own.filter((part, index) => part === parts[index] || !isBare(part));
  return told.length === 0 ? own : told;
}

const isBare = (part: JsonObject): boolean =>
  part.text === '' && part.thoughtSignature === undefined;

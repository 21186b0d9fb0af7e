/**
 * Takes the content-encodings off a request body (RFC 9110, 8.4; clients.md 2, row 4). The decoded
 * size is bounded while it grows, so that a small body can not unfold into all memory.
 */
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { bodyTooLarge } from './body-limit.ts';
import { SwitchyardError } from '../errors.ts';
import { unzstd } from './zstd.ts';

/** Codings of one body. Clients apply one; each more costs a whole pass over the body. */
export const MAX_ENCODINGS = 4;

/** Bytes per step of a decoder: what may be allocated beyond the limit. */
const STEP_BYTES = 64 * 1024;

/** Characters of an unknown coding's name that the error repeats. */
const SHOWN_CHARS = 32;

interface DecodeOptions {
  maxOutputLength: number;
  chunkSize: number;
}

/** Rejects with `ERR_BUFFER_TOO_LARGE` when the result would be too long, as zlib does. */
type Decoder = (raw: Uint8Array, options: DecodeOptions) => Promise<Uint8Array>;

interface Coding {
  name: string;
  decode: Decoder;
}

const gunzip: Decoder = promisify(zlib.gunzip);
const inflate: Decoder = promisify(zlib.inflate);
const inflateRaw: Decoder = promisify(zlib.inflateRaw);

/** `deflate` means the zlib format, but some clients send the bare data (RFC 9110, 8.4.1.2). */
const deflate: Decoder = (raw, options) =>
  (hasZlibHeader(raw) ? inflate : inflateRaw)(raw, options);

const DECODERS: ReadonlyMap<string, Decoder> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', deflate],
  ['br', promisify(zlib.brotliDecompress)],
  ['zstd', unzstd],
]);

/** Names for the header `accept-encoding` of a refusal. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br, zstd';

/**
 * The body without its encodings; the same object at once when there are none. `encoding`: value of
 * the header. `limit`: bytes of the result.
 * @throws SwitchyardError `unsupported_encoding` (at once); `invalid_encoding`, `body_too_large`
 * (as rejections).
 */
export function decodeBody(
  raw: Uint8Array,
  encoding: string | undefined,
  limit: number,
): Uint8Array | Promise<Uint8Array> {
  if (encoding === undefined) return raw;
  const codings = codingsOf(encoding);
  return codings.length === 0 || raw.byteLength === 0 ? raw : decodeAll(raw, codings, limit);
}

/** Codings in the order in which they come off: the last one applied first. */
function codingsOf(encoding: string): Coding[] {
  const names = encoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length > MAX_ENCODINGS) {
    throw unsupported(`more than ${MAX_ENCODINGS} content-encodings are not supported`);
  }
  return names.reverse().map((name) => {
    const decode = DECODERS.get(name);
    if (decode !== undefined) return { name, decode };
    const shown = name.slice(0, SHOWN_CHARS);
    throw unsupported(`the content-encoding ${shown} is not supported, use ${ACCEPTED_ENCODINGS}`);
  });
}

async function decodeAll(
  raw: Uint8Array,
  codings: readonly Coding[],
  limit: number,
): Promise<Uint8Array> {
  let body = raw;
  for (const { name, decode } of codings) {
    try {
      body = await decode(body, { maxOutputLength: limit, chunkSize: STEP_BYTES });
    } catch (thrown) {
      throw refusal(thrown, name, limit);
    }
  }
  return body;
}

function refusal(thrown: unknown, name: string, limit: number): SwitchyardError {
  if ((thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return bodyTooLarge(limit);
  return new SwitchyardError('invalid_encoding', {
    message: `Invalid request: the ${name} body could not be decoded`,
    cause: thrown,
  });
}

function unsupported(message: string): SwitchyardError {
  return new SwitchyardError('unsupported_encoding', { message });
}

/** RFC 1950, 2.2: method 8, and both bytes together a multiple of 31. */
function hasZlibHeader(raw: Uint8Array): boolean {
  const first = raw[0] ?? 0;
  return (first & 0x0f) === 8 && ((first << 8) | (raw[1] ?? 0)) % 31 === 0;
}

/** Answer heads: from undici's raw buffers to flat name/value pairs. */
import { upstreamHeader } from '../headers.ts';

/** What a raw header list of undici may be; for HTTP/1.1 it holds buffers. */
type RawHeaders = readonly (Buffer | string)[];

const CODING = 'content-encoding';

/** Headers that describe the encoded body; they are wrong once it is decoded. */
const OF_ENCODED_BODY: ReadonlySet<string> = new Set([CODING, 'content-length']);

/** Flat pairs in wire order and case; header bytes are latin1 (RFC 9110, 5.5). */
export function flatHeaders(raw: RawHeaders): string[] {
  return raw.map((text) => (typeof text === 'string' ? text : text.toString('latin1')));
}

/** The body's coding in lower case; `''` when there is none (RFC 9110, 8.4). */
export function codingOf(headers: readonly string[]): string {
  const coding = upstreamHeader(headers, CODING)?.trim().toLowerCase() ?? '';
  return coding === 'identity' ? '' : coding;
}

/** The headers without those of the encoded body. */
export function decodedHeaders(headers: readonly string[]): string[] {
  return headers.filter((_, index) => {
    const name = headers[index - (index % 2)] ?? '';
    return !OF_ENCODED_BODY.has(name.toLowerCase());
  });
}

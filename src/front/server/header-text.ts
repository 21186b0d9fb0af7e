/**
 * Header text. Inside the program every character of a header value is one byte (latin1), as node
 * and undici have it, so that bytes beyond ASCII pass through unchanged.
 */
import { headerValue } from '../../headers.ts';

/** Characters that may not be in a header value (RFC 9110, 5.5). */
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/g;
const PLAIN = /^[\t\x20-\x7e]*$/;

/** Native code decodes as UTF-8: back to one character per byte. */
export function bytesOfUtf8(text: string): string {
  return PLAIN.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** A value that is safe to send: characters that could end the line become `?`. */
export function safeValue(value: string): string {
  return PLAIN.test(value) ? value : value.replace(FORBIDDEN, '?');
}

/** The same for native code, which would encode text beyond ASCII as UTF-8. */
export function safeNativeValue(value: string): string | Uint8Array {
  return PLAIN.test(value) ? value : Buffer.from(safeValue(value), 'latin1');
}

/** Content-Length; undefined for a body of unknown length, or without a body. */
export function announcedLength(headers: readonly string[]): number | undefined {
  const value = headerValue(headers, 'content-length');
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** Length of a `Sec-WebSocket-Key`: 16 bytes in base64 (RFC 6455, 4.1). */
const KEY_CHARACTERS = 24;

/** The one test of both servers for a WebSocket handshake. */
export function isWebSocketHandshake(method: string, key: string | undefined): boolean {
  return method === 'GET' && key?.length === KEY_CHARACTERS;
}

/**
 * The images of an edit request as byte ranges: they have MiBs, so their text is neither parsed nor
 * copied before it goes into the upstream's body.
 */
import { SwitchyardError } from '../../errors.ts';
import type { Member } from '../../json/members.ts';
import { bufferOf, forEachElement, memberOf, parseRange, scanObject } from '../../json/scan.ts';
import type { Range } from '../../json/scan.ts';

/** Images of one request; the API itself takes 16. */
export const MAX_SOURCE_IMAGES = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** A quote on either side: nothing in between. */
const EMPTY_STRING_BYTES = 2;

/**
 * JSON strings with the addresses of the images, from `images` and `image`, alone or in a list.
 * @throws SwitchyardError `invalid_request`, `invalid_json`.
 */
export function sourceImages(body: Uint8Array, members: readonly Member[]): Range[] {
  const found: Range[] = [];
  for (const param of ['images', 'image']) {
    const member = memberOf(members, param);
    if (member === undefined || isNull(body, member)) continue;
    const { valueStart, valueEnd } = member;
    if (body[valueStart] !== OPEN_BRACKET) found.push(address(body, valueStart, valueEnd, param));
    else {
      forEachElement(body, valueStart, valueEnd, (start, end) => {
        found.push(address(body, start, end, param));
        return found.length <= MAX_SOURCE_IMAGES;
      });
    }
  }
  if (found.length <= MAX_SOURCE_IMAGES) return found;
  throw badImage('images', `at most ${String(MAX_SOURCE_IMAGES)} images can be given`);
}

/** The address of the mask; undefined: there is none. */
export function maskImage(body: Uint8Array, members: readonly Member[]): Range | undefined {
  const member = memberOf(members, 'mask');
  if (member === undefined || isNull(body, member)) return undefined;
  return address(body, member.valueStart, member.valueEnd, 'mask');
}

function isNull(body: Uint8Array, { valueStart, valueEnd }: Member): boolean {
  return (
    bufferOf(body).toString('latin1', valueStart, Math.min(valueEnd, valueStart + 4)) === 'null'
  );
}

/** `"…"`, `{"image_url":"…"}` or `{"image_url":{"url":"…"}}`. */
function address(body: Uint8Array, start: number, end: number, param: string): Range {
  if (body[start] === QUOTE) return checked(body, { start, end }, param);
  if (body[start] !== OPEN_BRACE) throw notAnImage(param);
  const fields = scanObject(body, start, end);
  const member = memberOf(fields, 'image_url') ?? memberOf(fields, 'url');
  if (member === undefined && memberOf(fields, 'file_id') !== undefined) {
    throw badImage(param, `${param}: file_id is not supported, send the image itself`);
  }
  if (member === undefined) throw notAnImage(param);
  return address(body, member.valueStart, member.valueEnd, param);
}

/** Escapes are rare in addresses, but a broken one would break the upstream's whole body. */
function checked(body: Uint8Array, range: Range, param: string): Range {
  const { start, end } = range;
  if (end - start <= EMPTY_STRING_BYTES) throw notAnImage(param);
  if (bufferOf(body).subarray(start, end).includes(BACKSLASH)) parseRange(body, start, end);
  return range;
}

function notAnImage(param: string): SwitchyardError {
  return badImage(param, `${param} must be a data URL or an address, or objects with image_url`);
}

function badImage(param: string, message: string): SwitchyardError {
  return new SwitchyardError('invalid_request', { message, param });
}

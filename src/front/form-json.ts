/** The parts of an image edit's form → one JSON body, written once into memory of its exact size. */
import { SwitchyardError } from '../errors.ts';

/** A file of the form. */
export interface FormFile {
  name: string;
  /** Content type of the part, lower case. */
  type: string;
  chunks: Buffer[];
}

/** JSON text, or bytes that are written as base64. */
type Piece = string | Buffer;

/** Base64 is written in steps of this many bytes, a multiple of 3, so that no long text is made. */
const STEP_BYTES = 192 * 1024;

const INTEGERS: ReadonlySet<string> = new Set(['n', 'output_compression', 'partial_images']);

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
  ['', false],
]);

const IMAGE_NAME = /^images?(\[\d*\])?$/;

/** First bytes of the image types, for parts that do not tell (hex). */
const MAGIC: readonly (readonly [hex: string, type: string])[] = [
  ['89504e47', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['47494638', 'image/gif'],
  ['52494646', 'image/webp'],
];

const MAGIC_BYTES = 4;

/**
 * Fields keep their names; what is called `image`, `image[]` or `images` becomes the list `images`.
 * @throws SwitchyardError `invalid_request` for a number that is none, or a file in another field.
 */
export function joinedForm(
  fields: readonly (readonly [name: string, value: string])[],
  files: readonly FormFile[],
): Uint8Array {
  const members = new Map<string, unknown>();
  const images: Piece[][] = [];
  let mask: Piece[] | undefined;
  for (const [name, value] of fields) {
    if (IMAGE_NAME.test(name)) images.push([JSON.stringify(value)]);
    else if (name === 'mask') mask = [JSON.stringify(value)];
    else members.set(name, valueOf(name, value));
  }
  for (const file of files) {
    if (IMAGE_NAME.test(file.name)) images.push(dataUrl(file));
    else if (file.name === 'mask') mask = dataUrl(file);
    else throw wrong(file.name, 'files are taken in the fields image, image[] and mask only');
  }
  // The list goes first, so that no comma depends on whether there are other members.
  const list = images.flatMap((image, index) => [index === 0 ? '' : ',', ...imageObject(image)]);
  const masked = mask === undefined ? [] : [',"mask":', ...imageObject(mask)];
  const rest = [...members].map(
    ([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return written(['{"images":[', ...list, ']', ...masked, ...rest, '}']);
}

const imageObject = (address: readonly Piece[]): Piece[] => ['{"image_url":', ...address, '}'];

function valueOf(name: string, text: string): unknown {
  const value = text.trim();
  if (name === 'stream') {
    const flag = SWITCHES.get(value.toLowerCase());
    if (flag === undefined) throw wrong(name, 'stream must be true or false');
    return flag;
  }
  if (!INTEGERS.has(name)) return text;
  if (!/^-?\d{1,15}$/.test(value)) throw wrong(name, `${name} must be a whole number`);
  return Number(value);
}

/** The file as the pieces of a JSON string with its data URL. */
function dataUrl({ name, type, chunks }: FormFile): Piece[] {
  const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  if (bytes.length === 0) throw wrong(name, `the file in ${name} is empty`);
  return [`"data:${imageType(type, bytes)};base64,`, bytes, '"'];
}

function imageType(declared: string, bytes: Buffer): string {
  if (/^image\/[\w.+-]+$/.test(declared)) return declared;
  const hex = bytes.toString('hex', 0, MAGIC_BYTES);
  return MAGIC.find(([magic]) => hex.startsWith(magic))?.[1] ?? 'image/png';
}

function written(pieces: readonly Piece[]): Uint8Array {
  const size = pieces.reduce((sum, piece) => sum + sizeOf(piece), 0);
  const out = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      at += out.write(piece, at, 'utf8');
      continue;
    }
    for (let from = 0; from < piece.length; from += STEP_BYTES) {
      const step = piece.toString('base64', from, Math.min(piece.length, from + STEP_BYTES));
      at += out.write(step, at, 'latin1');
    }
  }
  return out;
}

function sizeOf(piece: Piece): number {
  return typeof piece === 'string' ? Buffer.byteLength(piece) : 4 * Math.ceil(piece.length / 3);
}

function wrong(param: string, message: string): SwitchyardError {
  return new SwitchyardError('invalid_request', { message, param });
}

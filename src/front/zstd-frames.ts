/**
 * Walks over the frames and blocks of Zstandard data (RFC 8878, 3.1) without decoding them, so that
 * a decoder never sees a frame that would make it allocate or work out of proportion.
 */

/** Largest window of a content-coding (RFC 9659, 3): what a frame's decoder has to hold. */
export const MAX_WINDOW_BYTES = 8 * 1024 * 1024;

/** Frames of one body. Encoders write one; each costs a window. */
export const MAX_FRAMES = 64;

/** Largest block (RFC 8878, 3.1.1.2.4). */
const BLOCK_BYTES = 128 * 1024;

/** Blocks that a body may have beyond the four-fold of what its size needs: small flushes are rare. */
const SPARE_BLOCKS = 1024;

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const CHECKSUM_BYTES = 4;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const RLE = 1;
const RESERVED = 3;

interface Walk {
  readonly view: DataView;
  at: number;
  blocks: number;
}

/**
 * Checks the shape of all frames and counts them. `limit`: bytes that the decoded body may have.
 * @throws RangeError that says what is wrong.
 */
export function checkFrames(bytes: Uint8Array, limit: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const walk: Walk = { view, at: 0, blocks: SPARE_BLOCKS + 4 * Math.ceil(limit / BLOCK_BYTES) };
  let frames = 0;
  for (; walk.at < view.byteLength; frames += 1) {
    if (frames >= MAX_FRAMES) throw new RangeError('too many frames');
    const magic = view.getUint32(walk.at, true);
    walk.at += 4;
    if ((magic & ~0xf) >>> 0 === SKIPPABLE_MAGIC) walk.at += 4 + view.getUint32(walk.at, true);
    else if (magic === FRAME_MAGIC) skipFrame(walk);
    else throw new RangeError('not a zstd frame');
    if (walk.at > view.byteLength) throw new RangeError('a frame is cut off');
  }
  return frames;
}

function skipFrame(walk: Walk): void {
  const { view } = walk;
  const descriptor = view.getUint8(walk.at);
  walk.at += 1;
  const single = (descriptor & 0x20) !== 0;
  let window = 0;
  if (!single) {
    window = windowOf(view.getUint8(walk.at));
    walk.at += 1;
  }
  walk.at += DICTIONARY_ID_BYTES[descriptor & 3] ?? 0;
  const sizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6] || (single ? 1 : 0);
  if (single) window = contentSize(view, walk.at, sizeBytes);
  walk.at += sizeBytes;
  if (window > MAX_WINDOW_BYTES) throw new RangeError('the window is too large');
  skipBlocks(walk, Math.min(window, BLOCK_BYTES));
  if ((descriptor & 4) !== 0) walk.at += CHECKSUM_BYTES;
}

function skipBlocks(walk: Walk, maxBytes: number): void {
  const { view } = walk;
  for (let last = false; !last;) {
    walk.blocks -= 1;
    if (walk.blocks < 0) throw new RangeError('too many blocks');
    const header = view.getUint16(walk.at, true) | (view.getUint8(walk.at + 2) << 16);
    last = (header & 1) !== 0;
    const kind = (header >> 1) & 3;
    const size = header >>> 3;
    if (kind === RESERVED || size > maxBytes) throw new RangeError('a block is not valid');
    walk.at += 3 + (kind === RLE ? 1 : size);
  }
}

/** RFC 8878, 3.1.1.1.2. */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** RFC 8878, 3.1.1.1.4. */
function contentSize(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

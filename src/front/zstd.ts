/**
 * Zstandard bodies: Codex compresses with it (clients.md 4.5). Node's own decoder where there is one
 * (from 22.15 on, off the event loop), else a decoder in JavaScript that lets the event loop breathe.
 */
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { checkFrames } from './zstd-frames.ts';

/** Compressed bytes between two breaths: a few milliseconds of work at usual ratios. */
const SLICE_BYTES = 64 * 1024;

interface UnzstdOptions {
  /** Bytes of the result. */
  maxOutputLength: number;
  chunkSize: number;
}

type Unzstd = (raw: Uint8Array, options: UnzstdOptions) => Promise<Uint8Array>;

/** Missing in the types of the oldest Node that is supported, as in that Node. */
const { zstdDecompress } = zlib as {
  zstdDecompress?: (
    raw: Uint8Array,
    options: UnzstdOptions,
    done: (error: Error | null, result: Uint8Array) => void,
  ) => void;
};

const decode: Unzstd = zstdDecompress === undefined ? unzstdInSlices : promisify(zstdDecompress);

/**
 * The decoded bytes. Rejects as `node:zlib` does: code `ERR_BUFFER_TOO_LARGE` above
 * `maxOutputLength`, any other error for broken data.
 */
export async function unzstd(raw: Uint8Array, options: UnzstdOptions): Promise<Uint8Array> {
  const frames = checkFrames(raw, options.maxOutputLength);
  // Node's decoder stops after the first frame and drops the rest without a word.
  return frames === 1 ? decode(raw, options) : unzstdInSlices(raw, options);
}

/** The decoder for Node without one. Expects frames that {@link checkFrames} has passed. */
export async function unzstdInSlices(
  raw: Uint8Array,
  options: Pick<UnzstdOptions, 'maxOutputLength'>,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  const decoder = new Decompress((piece) => {
    total += piece.byteLength;
    if (total > options.maxOutputLength) throw tooLarge();
    pieces.push(piece);
  });
  for (let at = 0; at < raw.byteLength; at += SLICE_BYTES) {
    if (at > 0) await setImmediate();
    decoder.push(raw.subarray(at, at + SLICE_BYTES), at + SLICE_BYTES >= raw.byteLength);
  }
  return Buffer.concat(pieces, total);
}

function tooLarge(): Error {
  const error: NodeJS.ErrnoException = new RangeError('the result is too large');
  error.code = 'ERR_BUFFER_TOO_LARGE';
  return error;
}

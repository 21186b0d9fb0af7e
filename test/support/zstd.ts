/**
 * Zstandard frames without compression (RFC 8878, 3.1.1): what Node 20 can not make, and enough to
 * have a real decoder decode something.
 */

/** Magic number, then a header with a single segment and a four-byte content size. */
const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const DESCRIPTOR = 0b1010_0000;
/** Largest block (RFC 8878, 3.1.1.2.4). */
const BLOCK_BYTES = 128 * 1024;
const LAST = 1;

/** One frame that holds the bytes as raw blocks. */
export function zstdStored(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.byteLength);
  const parts = [MAGIC, Buffer.from([DESCRIPTOR]), size];
  let at = 0;
  do {
    const block = bytes.subarray(at, at + BLOCK_BYTES);
    at += block.byteLength;
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.byteLength << 3) | (at >= bytes.byteLength ? LAST : 0), 0, 3);
    parts.push(header, Buffer.from(block));
  } while (at < bytes.byteLength);
  return Buffer.concat(parts);
}

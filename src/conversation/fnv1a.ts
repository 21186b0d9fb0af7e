/** FNV-1a, 64 bits (draft-eastlake-fnv): a fast hash without security, for names of bindings. */

const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** Hash of the concatenated pieces, 16 hex digits. Meant for a few hundred bytes. */
export function fnv1a64(pieces: readonly Uint8Array[]): string {
  let hash = OFFSET_BASIS;
  for (const piece of pieces) {
    for (const byte of piece) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  }
  return hash.toString(16).padStart(16, '0');
}

/** Peer addresses in the one spelling that logs and rules use. */

const MAPPED = '::ffff:';

/** Text of a socket's address; an IPv4 peer of an IPv6 listener is shown as IPv4. */
export function peerOfText(address: string): string {
  return address.startsWith(MAPPED) && address.includes('.')
    ? address.slice(MAPPED.length)
    : address;
}

/** Text of a binary address: 4 or 16 bytes in network order; `''` for anything else. */
export function peerOfBytes(address: ArrayBuffer): string {
  const bytes = new Uint8Array(address);
  if (bytes.byteLength === 4) return bytes.join('.');
  if (bytes.byteLength !== 16) return '';
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0);
  if (mapped && bytes[10] === 0xff && bytes[11] === 0xff) return bytes.subarray(12).join('.');
  const view = new DataView(address);
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(index * 2).toString(16));
  // The URL parser shortens as RFC 5952 asks.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

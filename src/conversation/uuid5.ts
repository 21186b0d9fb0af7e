/** Name-based UUIDs, version 5 (RFC 9562, 5.5), in the OID namespace that continuity keys use. */
import { createHash } from 'node:crypto';

/** Namespace OID `6ba7b812-9dad-11d1-80b4-00c04fd430c8` (RFC 9562, appendix C; codex.md 4.2). */
const OID_NAMESPACE = Buffer.from('6ba7b8129dad11d180b400c04fd430c8', 'hex');

/** The UUID of a name, lower case with dashes. */
export function uuidV5(name: string): string {
  const bytes = createHash('sha1').update(OID_NAMESPACE).update(name, 'utf8').digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
}

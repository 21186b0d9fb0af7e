/** The proof key of a login: who asks for the tokens is who opened the page (RFC 7636). */
import { createHash } from 'node:crypto';

/** Random bytes of a verifier. */
export const VERIFIER_BYTES = 96;

/** The two halves of a proof key. */
export interface ProofKey {
  verifier: string;
  challenge: string;
}

/** The proof key made of these random bytes. */
export function proofKey(bytes: Uint8Array): ProofKey {
  const verifier = Buffer.from(bytes).toString('base64url');
  return { verifier, challenge: challengeOf(verifier) };
}

/** Method S256. */
export const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url');

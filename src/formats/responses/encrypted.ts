/**
 * Shape of the encrypted reasoning that OpenAI issues (codex.md 1.9): a Fernet token. Nothing is
 * decrypted; the test only keeps other providers' proofs away from an upstream that refuses them.
 */

/** Longest accepted text; longer than any body may reasonably carry. */
export const MAX_ENCRYPTED_CHARS = 32 * 1024 * 1024;

const PREFIX = 'gAAAA';

/** Bytes around the cipher text: version, time, IV and MAC. */
const FRAME_BYTES = 57;
const BLOCK_BYTES = 16;

/** Could an OpenAI upstream have issued this text? White space around it makes it invalid. */
export function isOpenAiEncrypted(text: unknown): boolean {
  if (typeof text !== 'string' || !text.startsWith(PREFIX)) return false;
  if (text.length > MAX_ENCRYPTED_CHARS || text.includes('+') || text.includes('/')) return false;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  // The decoder passes over foreign characters: then it finds fewer bytes than there is room for.
  const { length } = Buffer.from(text, 'base64url');
  if (length !== Math.floor((digits * 3) / 4) || digits % 4 === 1) return false;
  const cipherBytes = length - FRAME_BYTES;
  // The prefix already fixes the first byte to 0x80.
  return cipherBytes > 0 && cipherBytes % BLOCK_BYTES === 0;
}

/**
 * Shape of the encrypted reasoning that OpenAI issues (codex.md 1.9): a Fernet token. Nothing is
 * decrypted; the test only keeps other providers' proofs away from an upstream that refuses them.
 */

/** Longest accepted text; longer than any body may reasonably carry. */
export const MAX_ENCRYPTED_CHARS = 32 * 1024 * 1024;

const PREFIX = 'gAAAA';
const BASE64URL = /^[A-Za-z0-9_-]+={0,2}$/;

/** Bytes around the cipher text: version, time, IV and MAC. */
const FRAME_BYTES = 57;
const BLOCK_BYTES = 16;

/** Could an OpenAI upstream have issued this text? White space around it makes it invalid. */
export function isOpenAiEncrypted(text: unknown): boolean {
  if (typeof text !== 'string' || !text.startsWith(PREFIX)) return false;
  if (text.length > MAX_ENCRYPTED_CHARS || !BASE64URL.test(text)) return false;
  const digits = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
  // One digit alone carries no byte; the prefix already fixes the first byte to 0x80.
  if (digits % 4 === 1) return false;
  const cipherBytes = Math.floor((digits * 3) / 4) - FRAME_BYTES;
  return cipherBytes > 0 && cipherBytes % BLOCK_BYTES === 0;
}

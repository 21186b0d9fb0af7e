/** WebSocket close frames. */
import { MAX_CLOSE_REASON_BYTES } from './limits.ts';

/** Code without a frame: the connection is cut (RFC 6455, 7.1.5). */
export const CUT = 1006;

/** A reason that fits a close frame, cut between characters. */
export function clipReason(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.byteLength <= MAX_CLOSE_REASON_BYTES) return reason;
  const text = bytes.subarray(0, MAX_CLOSE_REASON_BYTES).toString('utf8');
  return text.replace(/\ufffd+$/, '');
}

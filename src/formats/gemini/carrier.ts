/**
 * A signature of Gemini inside the encrypted content of a Responses reasoning item, the only thing
 * that clients of that format send back (translate-gemini-thinking.md 5.4). It names the neighbour
 * that the signature belongs to, because Gemini wants it on the very part it came with.
 */
import { nativeSignature } from './signatures.ts';

/** Which neighbour is meant; `standalone`: the reasoning itself. */
export type CarrierDirection = 'next' | 'previous' | 'standalone';
export type CarrierTarget = 'text' | 'function' | 'any';

export interface Carrier {
  direction: CarrierDirection;
  target: CarrierTarget;
  signature: string;
}

const PREFIX = 'cpa-gemini-responses-carrier-v1:';
const DIRECTIONS: readonly string[] = ['next', 'previous', 'standalone'];
const TARGETS: readonly string[] = ['text', 'function', 'any'];

/** The text to send to a client. */
export function encodeCarrier({ direction, target, signature }: Carrier): string {
  const packed = Buffer.from(signature).toString('base64').replace(/=+$/, '');
  return `${PREFIX}${direction}:${target}:${packed}`;
}

/**
 * What a client sent back. An unmarked signature of Gemini belongs to whatever follows. Undefined:
 * it is no signature of Gemini.
 */
export function decodeCarrier(text: string | undefined): Carrier | undefined {
  if (text?.startsWith(PREFIX) !== true) {
    const signature = nativeSignature(text);
    return signature === undefined ? undefined : { direction: 'next', target: 'any', signature };
  }
  const [direction = '', target = '', packed = '', ...more] = text.slice(PREFIX.length).split(':');
  if (more.length > 0 || !DIRECTIONS.includes(direction) || !TARGETS.includes(target)) {
    return undefined;
  }
  const signature = nativeSignature(Buffer.from(packed, 'base64').toString());
  if (signature === undefined) return undefined;
  return {
    direction: direction as CarrierDirection,
    target: target as CarrierTarget,
    signature,
  };
}

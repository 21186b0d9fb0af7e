/**
 * A signature of Gemini inside the encrypted content of a Responses reasoning item, or the signature of
 * a thinking block of Claude: the only things that clients of those formats send back
 * (translate-gemini-thinking.md 5.4, 10.4). It names the neighbour that the signature belongs to,
 * because Gemini wants it on the very part it came with.
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

/** Clients that send back nothing else. */
export type CarrierClient = 'openai-response' | 'claude';

const PREFIXES: Readonly<Record<CarrierClient, string>> = {
  'openai-response': 'cpa-gemini-responses-carrier-v1:',
  claude: 'cpa-gemini-carrier-v1:',
};
const DIRECTIONS: readonly string[] = ['next', 'previous', 'standalone'];
const TARGETS: readonly string[] = ['text', 'function', 'any'];

/** The text to send to a client. */
export function encodeCarrier(carrier: Carrier, client: CarrierClient = 'openai-response'): string {
  const { direction, target, signature } = carrier;
  return `${PREFIXES[client]}${direction}:${target}:${packed(signature)}`;
}

const packed = (signature: string): string =>
  Buffer.from(signature).toString('base64').replace(/=+$/, '');

/**
 * What a client sent back. An unmarked signature of Gemini belongs to whatever follows. Undefined:
 * it is no signature of Gemini.
 */
export function decodeCarrier(text = ''): Carrier | undefined {
  const prefix = Object.values(PREFIXES).find((known) => text.startsWith(known));
  if (prefix === undefined) {
    const signature = nativeSignature(text);
    return signature === undefined ? undefined : { direction: 'next', target: 'any', signature };
  }
  const [direction = '', target = '', data = '', ...more] = text.slice(prefix.length).split(':');
  if (more.length > 0 || !DIRECTIONS.includes(direction) || !TARGETS.includes(target)) {
    return undefined;
  }
  const unpacked = Buffer.from(data, 'base64').toString();
  const signature = nativeSignature(unpacked);
  // Node reads broken base64 as far as it goes.
  if (signature === undefined || packed(unpacked) !== data) return undefined;
  return {
    direction: direction as CarrierDirection,
    target: target as CarrierTarget,
    signature,
  };
}

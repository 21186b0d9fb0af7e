/**
 * The bytes of a Claude client's request without what other providers left in its history
 * (translate-openai-claude.md 10.3; providers.md 7.4, 12). An ordinary body costs a few searches.
 */
import { applyEdits, elementCuts } from '../../json/edits.ts';
import { bufferOf, readString, scanObject, skipSpace } from '../../json/scan.ts';
import { elementsOf, rewritten } from './elements.ts';
import { ownMessage } from './history.ts';
import { claudeSignature } from './signature.ts';

/** Members of calls that Anthropic does not know, and texts that it refuses. */
const MARKS = ['"thoughtSignature"', '"thought_signature"', '"text":""', '"text": ""'];

const THINKING = ['"type":"thinking"', '"type": "thinking"'];
const SIGNATURE = '"signature"';

const COLON = 0x3a;
const QUOTE = 0x22;

/** The body; only messages that change are written again. @throws SwitchyardError `invalid_json`. */
export function withOwnHistory(body: Uint8Array): Uint8Array {
  if (!mayHoldForeign(bufferOf(body))) return body;
  const elements = elementsOf(body, scanObject(body), 'messages');
  const dropped = new Set<number>();
  const edits = elements.flatMap((element, index) => {
    const own = ownMessage(element.value);
    if (own === element.value) return [];
    if (own !== undefined) return [rewritten(element, own)];
    dropped.add(index);
    return [];
  });
  const ranges = elements.flatMap(({ start, end }) => [start, end]);
  return applyEdits(body, [...edits, ...elementCuts(ranges, dropped)]);
}

/** Must the messages be looked through? */
function mayHoldForeign(body: Buffer): boolean {
  if (MARKS.some((mark) => body.includes(mark))) return true;
  const blocks = THINKING.reduce((sum, text) => sum + placesOf(body, text).length, 0);
  const proofs = placesOf(body, SIGNATURE).map((at) => isOwnProof(body, at + SIGNATURE.length));
  return proofs.includes(false) || proofs.filter((own) => own === true).length < blocks;
}

function placesOf(body: Buffer, text: string): number[] {
  const places: number[] = [];
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + text.length)) {
    places.push(at);
  }
  return places;
}

/** Is the value behind a key a proof of Anthropic? Undefined for what is no text. */
function isOwnProof(body: Buffer, at: number): boolean | undefined {
  const colon = skipSpace(body, at, body.length);
  if (body[colon] !== COLON) return undefined;
  const start = skipSpace(body, colon + 1, body.length);
  if (body[start] !== QUOTE) return undefined;
  const end = body.indexOf(QUOTE, start + 1) + 1;
  const text = end > 0 ? readString(body, start, end) : undefined;
  return text !== undefined && claudeSignature(text) === text;
}

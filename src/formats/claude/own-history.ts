/**
 * The bytes of a Claude client's request without what other providers left in its history
 * (translate-openai-claude.md 10.3; providers.md 7.4, 12). An ordinary body costs one search.
 */
import { applyEdits, elementCuts } from '../../json/edits.ts';
import { bufferOf, scanObject } from '../../json/scan.ts';
import { elementsOf, rewritten } from './elements.ts';
import { ownMessage } from './history.ts';
import { claudeSignature } from './signature.ts';

/**
 * What a search for foreign things looks at, in one pass: members of calls that Anthropic does not
 * know, blank texts, and what server tools did; blocks of thinking; their proofs.
 */
const MARKS =
  /"(?:(thought_?[sS]ignature"|text"\s*:\s*"(?:\s|\\[ntrf])*"|server_tool_use"|encrypted_index"\s*:\s*"")|(type"\s*:\s*"thinking")|signature"\s*:\s*"([^"]*)")/g;

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

/** Must the messages be looked through? Bytes as characters: all that is looked for is ASCII. */
function mayHoldForeign(body: Buffer): boolean {
  let blocks = 0;
  let proofs = 0;
  for (const [, foreign, thinking, proof] of body.toString('latin1').matchAll(MARKS)) {
    if (foreign !== undefined) return true;
    if (thinking !== undefined) blocks += 1;
    else if (claudeSignature(proof ?? '') === proof) proofs += 1;
    else return true;
  }
  return proofs < blocks;
}

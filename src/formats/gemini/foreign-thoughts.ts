/**
 * Thoughts of other providers among the parts of a model turn → reasoning parts. A stream leaves many
 * thoughts and then the proof, in one turn or in several; Gemini CLI throws thoughts away, so the proof
 * stands on the call behind it too.
 */
import type { Part } from '../../canonical/parts.ts';
import { objectOf, stringOf, type JsonObject } from '../../canonical/value.ts';
import { signatureOf } from './decode-parts.ts';
import { unpackProof, type ForeignProof } from './foreign-proof.ts';

/** The same list when no other provider thought. */
export function withForeignThoughts(parts: readonly Part[]): readonly Part[] {
  if (!parts.some((part) => unpackProof(proofOf(part)) !== undefined)) return parts;
  const read: Part[] = [];
  let thoughts: Part[] = [];
  let told = '';
  const reason = ({ proof }: ForeignProof, text: string, place = read.length): void => {
    if (proof !== told) {
      const part = { type: 'reasoning' as const, summary: [], text: text || undefined };
      read.splice(place, 0, { ...part, signature: proof });
    }
    told = proof;
  };
  for (const part of parts) {
    const proof = unpackProof(proofOf(part));
    if (thoughtOf(part) !== undefined) {
      thoughts.push(part);
      if (proof !== undefined) {
        reason(proof, thoughts.map(textOfThought).join(''));
        thoughts = [];
      }
      continue;
    }
    read.push(...thoughts);
    thoughts = [];
    // Anthropic wants its thoughts in front of what was said before the call.
    if (proof?.family === 'claude') reason(proof, proof.thought ?? '', behindCalls(read));
    else if (proof !== undefined) reason(proof, '');
    read.push(proof === undefined ? part : { ...part, signature: undefined });
  }
  return [...read, ...thoughts];
}

/** Where the parts begin that belong to the next call. */
const behindCalls = (parts: readonly Part[]): number =>
  parts.findLastIndex(({ type }) => type === 'tool_call') + 1;

function proofOf(part: Part): string | undefined {
  const thought = thoughtOf(part);
  return thought === undefined ? part.signature : signatureOf(thought);
}

/** The thought as it stood on the wire; undefined: the part is none. */
function thoughtOf(part: Part): JsonObject | undefined {
  if (part.type !== 'verbatim') return undefined;
  const value = objectOf(part.value);
  return value.thought === true ? value : undefined;
}

const textOfThought = (part: Part): string => stringOf(thoughtOf(part)?.text) ?? '';

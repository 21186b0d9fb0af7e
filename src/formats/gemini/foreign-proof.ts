/**
 * Proofs of other providers' reasoning as thought signatures: the one thing that Gemini clients keep
 * and send back. The provider's name stands in front (translate-gemini-thinking.md 2.5), and all of it
 * is base64, because clients take a signature for bytes. The reference sends none of them.
 */
import { claudeSignature } from '../claude/signature.ts';
import { REDACTED_CARRIER } from '../claude/redacted.ts';
import { isOpenAiEncrypted } from '../responses/encrypted.ts';
import { carrierOf } from '../responses/encode-items.ts';

/** Whose proof it is, and the proof in that provider's own words. */
export interface ForeignProof {
  family: 'claude' | 'openai';
  proof: string;
  /** What was thought; only beside a proof that stands on a call. */
  thought?: string;
}

/** Characters of a thought that a call carries; a longer one is lost with clients that keep none. */
export const MAX_CARRIED_THOUGHT = 256 * 1024;

/** Beginnings of packed proofs: the base64 of `claude#` and `openai#`, as far as it is fixed. */
const MARKS = ['Y2xhdWRlI', 'b3BlbmFpI'];

/** Reads a reasoning item's proof; undefined: nobody would take it back. */
export function foreignProof(item: {
  signature?: string;
  redacted?: boolean;
}): ForeignProof | undefined {
  const proof = carrierOf(item);
  if (proof === '') return undefined;
  if (isOpenAiEncrypted(proof)) return { family: 'openai', proof };
  const isClaude = proof.startsWith(REDACTED_CARRIER) || claudeSignature(proof) !== undefined;
  return isClaude ? { family: 'claude', proof } : undefined;
}

/** The signature for the client. */
export const packProof = ({ family, proof, thought }: ForeignProof): string => {
  const words = thought === undefined ? '' : `#${thought}`;
  return Buffer.from(`${family}#${proof}${words}`).toString('base64');
};

/**
 * The signature for the call behind the reasoning: some clients keep no thoughts. Anthropic wants the
 * thought back with its proof, Codex the proof alone. Undefined: the thought is too long.
 */
export function callProof({ family, proof }: ForeignProof, thought: string): string | undefined {
  if (family === 'openai') return packProof({ family, proof });
  return thought.length > MAX_CARRIED_THOUGHT ? undefined : packProof({ family, proof, thought });
}

/** What a client sent back; undefined: a signature of Google, or none. */
export function unpackProof(signature: string | undefined): ForeignProof | undefined {
  if (signature === undefined || !MARKS.some((mark) => signature.startsWith(mark))) {
    return undefined;
  }
  // No proof has this sign, a thought may.
  const [, family, proof = '', thought] =
    /^(claude|openai)#([^#]+)(?:#(.*))?$/s.exec(textIn(signature)) ?? [];
  return family === 'claude' || family === 'openai' ? { family, proof, thought } : undefined;
}

const textIn = (base64: string): string => Buffer.from(base64, 'base64').toString();

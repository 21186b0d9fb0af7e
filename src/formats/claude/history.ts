/**
 * Thinking of other providers, taken out of a history before Anthropic sees it (translate-openai-
 * claude.md 10.3): it would refuse the whole request.
 */
import { arrayOf, isObject, objectOf, stringOf, type JsonObject } from '../../canonical/value.ts';
import { claudeSignature } from './signature.ts';

/** Members that other providers leave on calls. */
const FOREIGN_CALL_MEMBERS = ['signature', 'thoughtSignature', 'thought_signature', 'model'];

/** Beginnings of proofs that Anthropic never issued, as they stand in a body. */
const FOREIGN_MARKS = ['"gAAAA', '"signature":""', '"signature": ""'];

/** Must the messages be looked through? Costs a few searches, and no parsing for ordinary bodies. */
export const mayHoldForeign = (body: Buffer): boolean =>
  FOREIGN_MARKS.some((mark) => body.includes(mark));

/** The messages with Anthropic's own thinking only; those that are left empty are gone. */
export function ownHistory(messages: unknown): unknown[] {
  return arrayOf(messages).flatMap((message) => {
    const { content } = objectOf(message);
    if (!isObject(message) || !Array.isArray(content)) return [message];
    const kept = content.map(ownBlock).filter((block) => block !== undefined);
    return kept.length === 0 && content.length > 0 ? [] : [{ ...message, content: kept }];
  });
}

function ownBlock(block: unknown): unknown {
  if (!isObject(block)) return block;
  if (block.type === 'tool_use') return ownCall(block);
  if (block.type !== 'thinking') return block;
  const signature = claudeSignature(stringOf(block.signature) ?? '');
  return signature === undefined ? undefined : { ...block, signature };
}

function ownCall(call: JsonObject): JsonObject {
  const own = { ...call };
  for (const name of FOREIGN_CALL_MEMBERS) delete own[name];
  const extra = objectOf(own.extra_content);
  const google = objectOf(extra.google);
  if (!('thought_signature' in google)) return own;
  const others = { ...google };
  delete others.thought_signature;
  return { ...own, extra_content: { ...extra, google: others } };
}

/**
 * Thinking of other providers, taken out of a history before Anthropic sees it (translate-openai-
 * claude.md 10.3): it would refuse the whole request.
 */
import { isObject, objectOf, stringOf, type JsonObject } from '../../canonical/value.ts';
import { claudeSignature } from './signature.ts';

/** Members that other providers leave on calls. */
const FOREIGN_CALL_MEMBERS = ['signature', 'thoughtSignature', 'thought_signature', 'model'];

/**
 * A message with Anthropic's own thinking only, and no empty text: the same object when nothing has to
 * change, undefined when nothing is left of it.
 */
export function ownMessage(message: unknown): unknown {
  const { content } = objectOf(message);
  if (!isObject(message) || !Array.isArray(content)) return message;
  const own = content.map(ownBlock);
  if (own.every((block, index) => block === content[index])) return message;
  const kept = own.filter((block) => block !== undefined);
  return kept.length === 0 ? undefined : { ...message, content: kept };
}

/** Undefined for what is left out. */
function ownBlock(block: unknown): unknown {
  if (!isObject(block)) return block;
  if (block.type === 'tool_use') return ownCall(block);
  if (block.type === 'text') return block.text === '' ? undefined : block;
  if (block.type !== 'thinking') return block;
  const given = stringOf(block.signature) ?? '';
  const signature = claudeSignature(given);
  if (signature === undefined || signature === given) return signature && block;
  return { ...block, signature };
}

function ownCall(call: JsonObject): JsonObject {
  const isOwn = !FOREIGN_CALL_MEMBERS.some((name) => name in call) && !('extra_content' in call);
  if (isOwn) return call;
  const own = { ...call };
  for (const name of FOREIGN_CALL_MEMBERS) delete own[name];
  const extra = objectOf(own.extra_content);
  const google = objectOf(extra.google);
  if (!('thought_signature' in google)) return own;
  const others = { ...google };
  delete others.thought_signature;
  return { ...own, extra_content: { ...extra, google: others } };
}

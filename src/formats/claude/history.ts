/**
 * What other providers left in a history, taken out before Anthropic sees it (translate-openai-
 * claude.md 10.3): it would refuse the whole request, in every turn from then on.
 */
import { isObject, objectOf, stringOf, without, type JsonObject } from '../../canonical/value.ts';
import { claudeSignature } from './signature.ts';

/** Members that other providers leave on calls. */
const FOREIGN_CALL_MEMBERS = ['signature', 'thoughtSignature', 'thought_signature', 'model'];

/** How Anthropic's ids of its own tools begin; it takes no others. */
const SERVER_TOOL_ID = 'srvtoolu_';

/** A text that Anthropic does not take for one. */
const BLANK = /^[ \t\n\r\f]*$/;

/**
 * A message with Anthropic's own thinking and runs of server tools only, and no blank text: the same
 * object when nothing has to change, undefined when nothing is left of it.
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
  switch (block.type) {
    case 'tool_use':
      return ownCall(block);
    case 'text':
      return ownText(block);
    case 'thinking':
      return ownThinking(block);
    case 'server_tool_use':
      return isOwnId(block.id) ? block : undefined;
    default:
      return isForeignRun(block) ? undefined : block;
  }
}

const isOwnId = (id: unknown): boolean => stringOf(id)?.startsWith(SERVER_TOOL_ID) === true;

/** The result of a server tool: `web_search_tool_result` and the like. MCP has ids of its own. */
function isForeignRun({ type, tool_use_id: id }: JsonObject): boolean {
  const isRun = stringOf(type)?.endsWith('_tool_result') === true && type !== 'mcp_tool_result';
  return isRun && !isOwnId(id);
}

/** Citations without Anthropic's proof are left out: it demands one. */
function ownText(block: JsonObject): JsonObject | undefined {
  const { text, citations } = block;
  if (typeof text === 'string' && BLANK.test(text)) return undefined;
  if (!Array.isArray(citations)) return block;
  const own = citations.filter((citation) => objectOf(citation).encrypted_index !== '');
  if (own.length === citations.length) return block;
  return own.length === 0 ? without(block, 'citations') : { ...block, citations: own };
}

function ownThinking(block: JsonObject): JsonObject | undefined {
  const given = stringOf(block.signature) ?? '';
  const signature = claudeSignature(given);
  if (signature === undefined) return undefined;
  return signature === given ? block : { ...block, signature };
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

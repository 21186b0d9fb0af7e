/**
 * What tools gave back → `functionResponse` parts, in the way each client's format has it
 * (translate-gemini-thinking.md 4.2, 5.3, 6.1).
 */
import type { Part, ToolResultPart } from '../../canonical/parts.ts';
import { isObject, type JsonObject } from '../../canonical/value.ts';
import type { HubClient } from '../hub.ts';
import { mediaPart } from './encode-user-parts.ts';

/** Parts of one result: the response, then its media. */
export function encodeResult(
  result: ToolResultPart,
  name: string,
  client: HubClient,
): JsonObject[] {
  if (client === 'openai') return chatResult(result, name);
  const response = client === 'openai-response' ? responsesValue(result) : claudeValue(result);
  const id = client === 'openai-response' ? result.callId : undefined;
  return [{ functionResponse: { id, name, response } }, ...mediaIn(result, client)];
}

/**
 * The JSON text of what the client sent, in a string; no answer at all is `{}`. Media stand beside it
 * here, too: as text nobody can see them (the reference leaves them there).
 */
export function chatResult(result: ToolResultPart | undefined, name: string): JsonObject[] {
  const media = result === undefined ? [] : mediaIn(result, 'openai');
  const value = media.length === 0 ? (result?.wire ?? result?.content) : otherBlocks(result);
  const text = value === undefined ? '{}' : JSON.stringify(value);
  return [{ functionResponse: { name, response: { result: text } } }, ...media];
}

function otherBlocks({ content = '' }: Partial<ToolResultPart> = {}): unknown {
  if (typeof content === 'string') return content;
  const blocks = content.filter((part) => !isMedia(part)).map(ownBlock);
  return blocks.length === 0 ? '' : blocks;
}

/** Pictures and files that stand beside the response. */
function mediaIn({ content }: ToolResultPart, client: HubClient): JsonObject[] {
  if (typeof content === 'string') return [];
  return content.map((part) => mediaOf(part, client)).filter((part) => part !== undefined);
}

function mediaOf(part: Part, client: HubClient): JsonObject | undefined {
  const isMedia = part.type === 'image' || part.type === 'file' || part.type === 'audio';
  return isMedia ? mediaPart(part, client) : undefined;
}

const isMedia = (part: Part): boolean => mediaOf(part, 'claude') !== undefined;

/** Text that is JSON counts as what it says; nothing is an empty response. */
function responsesValue({ content, wire }: ToolResultPart): JsonObject {
  if (wire === null || content === '') return {};
  if (typeof content !== 'string') return { result: listValue(content, wire) };
  return { result: isObject(wire) ? wire : parsed(content) };
}

function listValue(content: readonly Part[], wire: unknown): unknown {
  const rest = content.filter((part) => !isMedia(part));
  if (rest.length === 0) return '';
  const texts = rest.flatMap((part) => (part.type === 'text' ? part.text : []));
  return texts.length === rest.length ? texts.join('\n') : (wire ?? rest);
}

function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** One block stands alone, several are a list. */
function claudeValue({ content }: ToolResultPart): JsonObject {
  if (typeof content === 'string') return { result: content };
  const blocks = content.filter((part) => !isMedia(part)).map(ownBlock);
  return { result: blocks.length > 1 ? blocks : (blocks[0] ?? '') };
}

function ownBlock(part: Part): unknown {
  if (part.type === 'text') return { type: 'text', text: part.text };
  return part.type === 'verbatim' ? part.value : part;
}

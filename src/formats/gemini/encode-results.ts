/**
 * What tools gave back → `functionResponse` parts, in the way each client's format has it
 * (translate-gemini-thinking.md 4.2, 5.3, 6.1).
 */
import type { Part, ToolResultPart } from '../../canonical/parts.ts';
import { isObject, type JsonObject } from '../../canonical/value.ts';
import type { HubClient } from '../hub.ts';
import { inlinePart } from './encode-user-parts.ts';
import { mediaOfUrl } from './media.ts';

/** Parts of one result: the response, then its pictures. */
export function encodeResult(
  result: ToolResultPart,
  name: string,
  client: HubClient,
): JsonObject[] {
  if (client === 'openai') return [chatResult(result, name)];
  const response = client === 'openai-response' ? responsesValue(result) : claudeValue(result);
  const id = client === 'openai-response' ? result.callId : undefined;
  return [{ functionResponse: { id, name, response } }, ...picturesOf(result, client)];
}

/** The JSON text of what the client sent, in a string; no answer at all is `{}`. */
export function chatResult(result: ToolResultPart | undefined, name: string): JsonObject {
  const value = result?.wire ?? result?.content;
  const text = value === undefined ? '{}' : JSON.stringify(value);
  return { functionResponse: { name, response: { result: text } } };
}

function picturesOf({ content }: ToolResultPart, client: HubClient): JsonObject[] {
  if (typeof content === 'string') return [];
  return content.flatMap((part) => {
    const picture = part.type === 'image' ? inlinePart(mediaOfUrl(part.url), client) : undefined;
    return picture === undefined ? [] : [picture];
  });
}

const isPicture = (part: Part): boolean =>
  part.type === 'image' && mediaOfUrl(part.url) !== undefined;

/** Text that is JSON counts as what it says; nothing is an empty response. */
function responsesValue({ content, wire }: ToolResultPart): JsonObject {
  if (wire === null || content === '') return {};
  if (typeof content !== 'string') return { result: listValue(content, wire) };
  return { result: isObject(wire) ? wire : parsed(content) };
}

function listValue(content: readonly Part[], wire: unknown): unknown {
  const rest = content.filter((part) => !isPicture(part));
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
  const blocks = content.filter((part) => !isPicture(part)).map(claudeBlock);
  return { result: blocks.length > 1 ? blocks : (blocks[0] ?? '') };
}

function claudeBlock(part: Part): unknown {
  if (part.type === 'text') return { type: 'text', text: part.text };
  return part.type === 'verbatim' ? part.value : part;
}

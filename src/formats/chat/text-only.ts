/** Tool results for chat upstreams that take no images (translate-openai-claude.md 9.1, S04). */
import { arrayOf, isObject, textOf, type JsonObject } from '../../canonical/value.ts';
import type { ObjectEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { parseValue } from '../../json/scan.ts';

const OMITTED = '[image omitted: unsupported by upstream]';

/** Kinds of parts that hold an image, in every spelling in use. */
const IMAGES: readonly unknown[] = ['image', 'image_url', 'input_image'];

/** The body with every tool message as plain text; the body itself is not changed. */
export function flattenToolContent(body: JsonObject): JsonObject {
  const { messages } = body;
  if (!Array.isArray(messages)) return body;
  return { ...body, messages: messages.map(flattened) };
}

/** The same for the bytes of a body; nothing is written again where all is text. */
export function editToolContent(body: Uint8Array, messages: Member, edits: ObjectEdits): void {
  const before = arrayOf(parseValue(body, messages));
  const after = before.map(flattened);
  const differs = after.some((message, index) => message !== before[index]);
  if (differs) edits.set('messages', JSON.stringify(after));
}

function flattened(message: unknown): unknown {
  if (!isObject(message) || message.role !== 'tool' || typeof message.content === 'string') {
    return message;
  }
  const { content } = message;
  const parts: unknown[] = Array.isArray(content) ? content : [content];
  return { ...message, content: parts.map(partText).join('\n\n') };
}

function partText(part: unknown): string {
  if (!isObject(part)) return textOf(part);
  if (IMAGES.includes(part.type)) return OMITTED;
  return typeof part.text === 'string' ? part.text : JSON.stringify(part);
}

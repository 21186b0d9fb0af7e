/** Canonical content → chat content: message parts and tool results (9.2). */
import type { ImagePart, Part, ToolResultPart } from '../../canonical/parts.ts';
import { isObject, type JsonObject } from '../../canonical/value.ts';

/**
 * A text or image part, and what is in the chat form already; undefined for what chat upstreams do
 * not take.
 */
export function encodeContentPart(part: Part): JsonObject | undefined {
  if (part.type === 'text' || part.type === 'refusal') return { type: 'text', text: part.text };
  if (part.type === 'verbatim') {
    return part.family === 'chat' && isObject(part.value) ? part.value : undefined;
  }
  return part.type === 'image' ? encodeImage(part) : undefined;
}

function encodeImage(image: ImagePart): JsonObject | undefined {
  if (image.url === undefined) return undefined;
  return {
    type: 'image_url',
    image_url: { url: image.url, detail: normalisedDetail(image.detail) },
  };
}

/** Chat knows fewer words for the resolution. */
function normalisedDetail(detail: string | undefined): string | undefined {
  if (detail === 'original') return 'high';
  return detail === 'auto' || detail === 'low' || detail === 'high' ? detail : undefined;
}

/**
 * Content of a tool message: text as it is; a part list only if it holds an image; else the texts
 * of a custom tool, or the JSON text of what a function gave back.
 */
export function encodeToolContent(result: ToolResultPart): string | JsonObject[] {
  const { content, kind, wire } = result;
  if (typeof content === 'string') return content;
  const encoded = content.map(
    (part) => encodeContentPart(part) ?? (wire === undefined ? omittedFile(part) : undefined),
  );
  const parts = encoded.filter((part) => part !== undefined);
  const hasImage = content.some((part) => part.type === 'image');
  if (hasImage && (wire === undefined || parts.length === encoded.length)) return parts;
  if (kind !== 'custom' && wire !== undefined) {
    return typeof wire === 'string' ? wire : JSON.stringify(wire);
  }
  if (kind !== 'custom') return joinedTexts(content);
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** Stands for a file, so that the model knows that its tool gave back something. */
const OMITTED_FILE = '[file omitted: unsupported by upstream]';

const omittedFile = (part: Part): JsonObject | undefined =>
  part.type === 'file' ? { type: 'text', text: OMITTED_FILE } : undefined;

/** What a tool of a Claude client gave back (9.1): its texts, and the rest as JSON text. */
function joinedTexts(content: readonly Part[]): string {
  const texts = content.map((part) => {
    if (part.type === 'text') return part.text;
    if (part.type === 'file') return OMITTED_FILE;
    return part.type === 'verbatim' ? JSON.stringify(part.value) : '';
  });
  return texts.filter((text) => text.trim() !== '').join('\n\n');
}

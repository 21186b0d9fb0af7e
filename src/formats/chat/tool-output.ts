/**
 * What a tool gave back → canonical content (translate-openai-claude.md 4.2, table "Output value").
 * Chat and Responses spellings of parts are both understood, because clients mix them.
 */
import type { Part } from '../../canonical/parts.ts';
import { isObject, objectOf, stringOf } from '../../canonical/value.ts';

/** Content of a tool result, and the value it was read from. */
export interface ToolOutput {
  content: string | Part[];
  wire: unknown;
}

/**
 * Reads a tool result: a string that is the JSON text of a part list with an image is unpacked,
 * other strings stay; lists become parts; everything else its JSON text.
 */
export function decodeToolOutput(value: unknown): ToolOutput {
  if (typeof value === 'string') return { content: unpacked(value) ?? value, wire: value };
  if (Array.isArray(value)) return { content: value.map(outputPart), wire: value };
  return { content: JSON.stringify(value ?? null), wire: value };
}

function unpacked(text: string): Part[] | undefined {
  // Cheap test first: tool output is long and almost never a list of images.
  if (!text.trimStart().startsWith('[') || !text.includes('image')) return undefined;
  const list = parsedList(text);
  const parts = list?.map(outputPart);
  return parts?.some((part) => part.type === 'image') === true ? parts : undefined;
}

function parsedList(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function outputPart(value: unknown): Part {
  const part = isObject(value) ? mediaPart(value) : undefined;
  return part ?? { type: 'verbatim', family: 'chat', value };
}

function mediaPart(value: Record<string, unknown>): Part | undefined {
  switch (value.type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return typeof value.text === 'string' ? { type: 'text', text: value.text } : undefined;
    case 'image_url': {
      const image = objectOf(value.image_url);
      return imagePart(image.url, image.file_id, image.detail);
    }
    case 'input_image':
      return imagePart(value.image_url, value.file_id, value.detail);
    case 'file':
      return filePart(objectOf(value.file));
    case 'input_file':
      return filePart(value);
    default:
      return undefined;
  }
}

function imagePart(url: unknown, fileId: unknown, detail: unknown): Part | undefined {
  const image = { url: filled(url), fileId: filled(fileId), detail: stringOf(detail) };
  if (image.url === undefined && image.fileId === undefined) return undefined;
  return { type: 'image', ...image };
}

function filePart(file: Record<string, unknown>): Part | undefined {
  const fileId = filled(file.file_id);
  const data = filled(file.file_data);
  const url = filled(file.file_url);
  if (fileId === undefined && data === undefined && url === undefined) return undefined;
  return { type: 'file', fileId, data, url, filename: stringOf(file.filename) };
}

/** A string that is not empty. */
function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Parts of a user's message → Gemini parts (translate-gemini-thinking.md 4.2, 5.3, 6.1). */
import type { AudioPart, FilePart, ImagePart, Part } from '../../canonical/parts.ts';
import type { JsonObject } from '../../canonical/value.ts';
import type { HubClient } from '../hub.ts';
import {
  linkOf,
  mediaOfAudio,
  mediaOfFile,
  mediaOfUrl,
  videoUrl,
  type InlineMedia,
} from './media.ts';
import { SENTINEL } from './signatures.ts';

/** What a user said; parts that Gemini can not read are left out. */
export function encodeUserParts(
  content: string | readonly Part[],
  client: HubClient,
): JsonObject[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }];
  return content.flatMap((part) => {
    const encoded = encodeUserPart(part, client);
    return encoded === undefined ? [] : [encoded];
  });
}

function encodeUserPart(part: Part, client: HubClient): JsonObject | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? undefined : { text: part.text };
    case 'image': {
      const image = mediaPart(part, client);
      // Pictures of chat clients say that nobody signed them (4.2).
      const isSigned = image !== undefined && 'inlineData' in image;
      return isSigned ? { ...image, thoughtSignature: SENTINEL } : image;
    }
    case 'file':
    case 'audio':
      return mediaPart(part, client);
    case 'verbatim': {
      const url = videoUrl(part.value);
      return url === undefined ? undefined : mediaPart({ type: 'file', url, data: url }, client);
    }
    case 'reasoning':
    case 'tool_call':
    case 'tool_result':
      return undefined;
  }
}

/** A picture, sound or file: its data, else where Google can load it. */
export function mediaPart(
  part: ImagePart | FilePart | AudioPart,
  client: HubClient,
): JsonObject | undefined {
  const media = inlineOf(part);
  if (media !== undefined) {
    // Both spellings are Google's; each pair of formats keeps to its own.
    const inline = { mime_type: media.mimeType, data: media.data };
    return client === 'openai' ? { inlineData: inline } : { inline_data: inline };
  }
  const fileData = part.type === 'audio' ? undefined : linkOf(part);
  return fileData && { fileData };
}

function inlineOf(part: ImagePart | FilePart | AudioPart): InlineMedia | undefined {
  if (part.type === 'audio') return mediaOfAudio(part);
  return part.type === 'image' ? mediaOfUrl(part.url) : mediaOfFile(part);
}

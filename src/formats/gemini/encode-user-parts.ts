/** Parts of a user's message → Gemini parts (translate-gemini-thinking.md 4.2, 5.3, 6.1). */
import type { Part } from '../../canonical/parts.ts';
import type { JsonObject } from '../../canonical/value.ts';
import type { HubClient } from '../hub.ts';
import { mediaOfAudio, mediaOfFile, mediaOfUrl, mediaOfVideo, type InlineMedia } from './media.ts';
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
      const image = inlinePart(mediaOfUrl(part.url), client);
      // Pictures of chat clients say that nobody signed them (4.2).
      return image && client === 'openai' ? { ...image, thoughtSignature: SENTINEL } : image;
    }
    case 'file':
      return inlinePart(mediaOfFile(part), client);
    case 'audio':
      return inlinePart(mediaOfAudio(part), client);
    case 'verbatim':
      return inlinePart(mediaOfVideo(part.value), client);
    case 'reasoning':
    case 'tool_call':
    case 'tool_result':
      return undefined;
  }
}

/** Both spellings are Google's; each pair of formats keeps to its own. */
export function inlinePart(
  media: InlineMedia | undefined,
  client: HubClient,
): JsonObject | undefined {
  if (media === undefined) return undefined;
  const inline = { mime_type: media.mimeType, data: media.data };
  return client === 'openai' ? { inlineData: inline } : { inline_data: inline };
}

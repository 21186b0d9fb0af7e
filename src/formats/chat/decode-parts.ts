/** One content part of a chat message → canonical part. Unknown parts are kept verbatim. */
import type { Part } from '../../canonical/parts.ts';
import { isObject, objectOf, stringOf, textOf } from '../../canonical/value.ts';

/** Reads one part. */
export function decodePart(value: unknown): Part {
  const part = partOf(value);
  const cacheControl = isObject(value) ? value.cache_control : undefined;
  if (isObject(cacheControl)) part.cacheControl = cacheControl;
  return part;
}

function partOf(value: unknown): Part {
  if (!isObject(value)) return { type: 'verbatim', family: 'chat', value };
  switch (value.type) {
    case 'text':
      return { type: 'text', text: textOf(value.text) };
    case 'refusal':
      return { type: 'refusal', text: textOf(value.refusal) };
    case 'image_url': {
      const { url, detail } = objectOf(value.image_url);
      return { type: 'image', url: stringOf(url), detail: stringOf(detail) };
    }
    case 'file': {
      const file = objectOf(value.file);
      return {
        type: 'file',
        data: stringOf(file.file_data),
        fileId: stringOf(file.file_id),
        filename: stringOf(file.filename),
      };
    }
    case 'input_audio': {
      const audio = objectOf(value.input_audio);
      return { type: 'audio', data: textOf(audio.data), format: stringOf(audio.format) };
    }
    default:
      return { type: 'verbatim', family: 'chat', value };
  }
}

/** Gemini parts that are no calls → canonical parts (thinking 7.1, 9.1). */
import type { AudioPart, FilePart, Part } from '../../canonical/parts.ts';
import { isObject, objectOf, stringOf, textOf, type JsonObject } from '../../canonical/value.ts';
import { either } from './spellings.ts';

/** Undefined: nothing in it that could be kept. */
export function decodePart(part: JsonObject): Part | undefined {
  // Thoughts are shown, never sent back: only an upstream of the same family takes them.
  if (part.thought === true) return { type: 'verbatim', family: 'gemini', value: part };
  const signature = signatureOf(part);
  if (typeof part.text === 'string') return { type: 'text', text: part.text, signature };
  const inline = either(part, 'inlineData', 'inline_data');
  if (isObject(inline)) return inlinePart(inline);
  const file = either(part, 'fileData', 'file_data');
  if (isObject(file)) return filePart(file);
  if (Object.keys(part).length === 0) return undefined;
  return { type: 'verbatim', family: 'gemini', value: part };
}

/** The part's thought signature, wherever clients keep it (2.5). */
export function signatureOf(part: JsonObject): string | undefined {
  const extra = objectOf(objectOf(part.extra_content).google);
  const signature =
    either(part, 'thoughtSignature', 'thought_signature') ?? extra.thought_signature;
  return stringOf(signature);
}

function inlinePart(inline: JsonObject): Part | undefined {
  const data = textOf(inline.data);
  const mediaType = mediaTypeOf(inline);
  if (data === '') return undefined;
  const url = `data:${mediaType};base64,${data}`;
  switch (familyOf(mediaType)) {
    case 'image':
      return { type: 'image', url };
    case 'audio':
      return audioPart(mediaType, data);
    default:
      return { type: 'file', data: url, filename: filenameOf(mediaType), mediaType };
  }
}

function filePart(file: JsonObject): Part | undefined {
  const url = textOf(either(file, 'fileUri', 'file_uri'));
  const mediaType = mediaTypeOf(file);
  if (url === '') return undefined;
  switch (familyOf(mediaType)) {
    case 'image':
      return { type: 'image', url };
    case 'video':
    case 'application':
    case 'text':
      return linkedFile(url, mediaType);
    default:
      return { type: 'text', text: `File: ${url} (Type: ${mediaType})` };
  }
}

const linkedFile = (url: string, mediaType: string): FilePart => ({
  type: 'file',
  url,
  filename: filenameOf(mediaType),
  mediaType,
});

const AUDIO_FORMATS: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/flac': 'flac',
  'audio/opus': 'opus',
  'audio/ogg': 'opus',
  'audio/pcm': 'pcm16',
  'audio/l16': 'pcm16',
};

const audioPart = (mediaType: string, data: string): AudioPart => ({
  type: 'audio',
  data,
  format: AUDIO_FORMATS[essenceOf(mediaType)] ?? 'mp3',
});

const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/csv': 'csv',
  'application/json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
};

function filenameOf(mediaType: string): string {
  if (familyOf(mediaType) === 'video') return 'video';
  const extension = EXTENSIONS[essenceOf(mediaType)];
  return extension === undefined ? 'document' : `document.${extension}`;
}

function mediaTypeOf(media: JsonObject): string {
  return textOf(either(media, 'mimeType', 'mime_type')) || 'application/octet-stream';
}

/** `image`, `audio`, ... */
const familyOf = (mediaType: string): string => essenceOf(mediaType).split('/')[0] ?? '';

/** The type without its parameters, in lower case. */
const essenceOf = (mediaType: string): string =>
  (mediaType.split(';')[0] ?? '').trim().toLowerCase();

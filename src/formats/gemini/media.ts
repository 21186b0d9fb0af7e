/** Pictures, sound and files inside a request (translate-gemini-thinking.md 2.6, 4.2). */
import type { AudioPart, FilePart, ImagePart } from '../../canonical/parts.ts';
import { isObject, stringOf } from '../../canonical/value.ts';

/** Bytes in base64 and what they are. */
export interface InlineMedia {
  mimeType: string;
  data: string;
}

const DATA_URL = /^data:([^;,]+)(?:;[^,;]*)*;base64,/;

/** Types by file extension, for bare data. */
const TYPES: Readonly<Record<string, string>> = {
  ...{ pdf: 'application/pdf', json: 'application/json', xml: 'application/xml' },
  ...{ txt: 'text/plain', md: 'text/markdown', csv: 'text/csv', html: 'text/html' },
  ...{ css: 'text/css', js: 'text/javascript', png: 'image/png', jpg: 'image/jpeg' },
  ...{ jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', heic: 'image/heic' },
  ...{ mp3: 'audio/mpeg', wav: 'audio/wav', ogg: 'audio/ogg', flac: 'audio/flac' },
  ...{ mp4: 'video/mp4', mov: 'video/quicktime', webm: 'video/webm', mpeg: 'video/mpeg' },
};

const AUDIO: Readonly<Record<string, string>> = {
  ...{ '': 'audio/wav', mp3: 'audio/mpeg', pcm16: 'audio/pcm' },
  ...{ g711_ulaw: 'audio/basic', g711_alaw: 'audio/basic' },
};

/** Data that Google loads itself. */
export interface LinkedMedia {
  fileUri: string;
  /** Undefined: nothing tells it. */
  mimeType: string | undefined;
}

/** Type of a picture whose address does not tell it. */
const LINKED_PICTURE = 'image/jpeg';

/**
 * An address that Google's servers can load (the reference leaves pictures with an address out).
 * Undefined for data, and for what is no address.
 */
export function linkOf(part: ImagePart | FilePart): LinkedMedia | undefined {
  const { url } = part;
  if (url === undefined || !/^(?:https?|gs):\/\//.test(url)) return undefined;
  const path = url.replace(/[?#].*$/s, '');
  const named = part.type === 'file' ? (part.mediaType ?? typeOfName(part.filename)) : undefined;
  const spare = part.type === 'image' ? LINKED_PICTURE : undefined;
  return { fileUri: url, mimeType: named ?? typeOfName(path) ?? spare };
}

const typeOfName = (name = ''): string | undefined =>
  TYPES[/\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''];

/** Undefined for every other address. */
export function mediaOfUrl(url: string | undefined): InlineMedia | undefined {
  const head = DATA_URL.exec(url ?? '');
  if (head === null || url === undefined) return undefined;
  const data = url.slice(head[0].length);
  return data === '' ? undefined : { mimeType: head[1] ?? '', data };
}

/** A data URL, or bare data whose type is told beside it or by the file's name. */
export function mediaOfFile({ data, filename, mediaType }: FilePart): InlineMedia | undefined {
  if (data === undefined || data === '') return undefined;
  if (data.startsWith('data:')) return mediaOfUrl(data);
  const mimeType = mediaType ?? typeOfName(filename);
  return mimeType === undefined ? undefined : { mimeType, data };
}

/** Sound. */
export function mediaOfAudio({ data, format = '' }: AudioPart): InlineMedia | undefined {
  if (data === '') return undefined;
  return { mimeType: AUDIO[format] ?? `audio/${format}`, data };
}

/** The address in a `video_url` part, which no other format has. */
export function videoUrl(value: unknown): string | undefined {
  if (!isObject(value) || value.type !== 'video_url') return undefined;
  const video = value.video_url;
  return stringOf(isObject(video) ? video.url : video);
}

/** Pictures, sound and files inside a request (translate-gemini-thinking.md 2.6, 4.2). */
import type { AudioPart, FilePart } from '../../canonical/parts.ts';
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

/** Undefined for every other address: Gemini can not load pictures by itself. */
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
  const extension = /\.([^.]+)$/.exec(filename ?? '')?.[1]?.toLowerCase() ?? '';
  const mimeType = mediaType ?? TYPES[extension];
  return mimeType === undefined ? undefined : { mimeType, data };
}

/** Sound. */
export function mediaOfAudio({ data, format = '' }: AudioPart): InlineMedia | undefined {
  if (data === '') return undefined;
  return { mimeType: AUDIO[format] ?? `audio/${format}`, data };
}

/** The data URL of a `video_url` part, which no other format has. */
export function mediaOfVideo(value: unknown): InlineMedia | undefined {
  if (!isObject(value) || value.type !== 'video_url') return undefined;
  const video = value.video_url;
  return mediaOfUrl(stringOf(isObject(video) ? video.url : video));
}

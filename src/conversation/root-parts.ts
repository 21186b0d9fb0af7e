/**
 * The parts of a conversation's first user message in the fixed form that its identity is hashed
 * over (codex.md 4.4). Every character counts: stored bindings and prompt caches depend on it.
 */
import { MAX_TEXT_BYTES } from './opening.ts';
import { isObject, type JsonObject } from '../canonical/value.ts';

/** One part, its members in the order in which they are written. */
export interface RootPart {
  kind: string;
  mime?: string;
  value: string;
}

/** Members whose value is a media object or its address, with the kind they stand for. */
const MEDIA: readonly (readonly [key: string, kind: string])[] = [
  ['image_url', 'image'],
  ['inlineData', 'inline_data'],
  ['inline_data', 'inline_data'],
  ['fileData', 'file'],
  ['file_data', 'file'],
];

const MIME_KEYS = ['mimeType', 'mime_type', 'media_type'];
const VALUE_KEYS = ['url', 'uri', 'fileUri', 'file_uri', 'data'];

/** Characters of one text that take part; as many as are read of a text without parts. */
const MAX_TEXT_CHARS = MAX_TEXT_BYTES;

const ESCAPED = /[<>&\u2028\u2029]/g;
const HAS_ESCAPED = /[<>&\u2028\u2029]/;

/** Parts of a message's content, in order; empty when there is nothing in it. */
export function rootParts(content: unknown): RootPart[] {
  const parts: RootPart[] = [];
  collect(content, parts);
  return parts;
}

/** Compact JSON with the further escapes of codex.md 4.4: `<`, `>`, `&`, U+2028, U+2029. */
export function rootJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!HAS_ESCAPED.test(json)) return json;
  return json.replace(
    ESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function collect(content: unknown, parts: RootPart[]): void {
  if (typeof content === 'string') {
    if (content !== '') parts.push({ kind: 'text', value: content.slice(0, MAX_TEXT_CHARS) });
  } else if (Array.isArray(content)) {
    for (const child of content) collect(child, parts);
  } else if (isObject(content)) collectObject(content, parts);
}

function collectObject(content: JsonObject, parts: RootPart[]): void {
  if (typeof content['text'] === 'string') {
    collect(content['text'], parts);
    return;
  }
  const inner = content['content'] ?? content['parts'];
  if (inner !== undefined && inner !== null) {
    collect(inner, parts);
    return;
  }
  parts.push(mediaPart(content) ?? { kind: 'json', value: rootJson(sorted(content)) });
}

function mediaPart(content: JsonObject): RootPart | undefined {
  for (const [key, kind] of MEDIA) {
    const part = media(kind, content[key], '');
    if (part !== undefined) return part;
  }
  const kind = textAt(content, ['type']) || 'media';
  return media(kind, content['source'], textAt(content, ['media_type']));
}

/** Undefined when there is no medium, or one that names neither address nor data. */
function media(kind: string, medium: unknown, fallbackMime: string): RootPart | undefined {
  if (typeof medium === 'string' && medium !== '') return { kind, value: medium };
  if (!isObject(medium)) return undefined;
  const value = textAt(medium, VALUE_KEYS);
  if (value === '') return undefined;
  const mime = textAt(medium, MIME_KEYS) || fallbackMime;
  return mime === '' ? { kind, value } : { kind, mime, value };
}

function textAt(object: JsonObject, keys: readonly string[]): string {
  for (const key of keys) {
    const value = object[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}

/**
 * A copy with sorted keys and without cache marks, which move from turn to turn. Keys that look like
 * numbers come first, in any case in the same order.
 */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).filter((key) => key !== 'cache_control');
  return Object.fromEntries(keys.sort().map((key) => [key, sorted(value[key])]));
}

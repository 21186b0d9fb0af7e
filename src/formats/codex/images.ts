/** Generated images of Codex → data URLs; repeated bytes are told once (4.4). */
import { createHash } from 'node:crypto';
import { stringOf, type JsonObject } from '../../canonical/value.ts';

const MIME: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
};

/** Items whose last image is remembered; past it the oldest is forgotten and may be told twice. */
export const MAX_REMEMBERED_IMAGES = 256;

/** Remembers the last image of each item, as a hash: images are large. */
export class ImageDecoder {
  readonly #last = new Map<string, string>();

  /**
   * The image as a data URL; undefined if it is empty or the same as the last one of this item.
   * `source` is the object that holds `output_format`.
   */
  decode(itemId: string, base64: unknown, source: JsonObject): string | undefined {
    if (typeof base64 !== 'string' || base64 === '') return undefined;
    const hash = createHash('sha256').update(base64).digest('base64');
    if (this.#last.get(itemId) === hash) return undefined;
    const [oldest] = this.#last.keys();
    if (this.#last.size >= MAX_REMEMBERED_IMAGES && oldest !== undefined) this.#last.delete(oldest);
    this.#last.set(itemId, hash);
    return imageUrl(base64, source);
  }
}

/** A data URL for base64 image data of the format that `source.output_format` names. */
export function imageUrl(base64: string, source: JsonObject): string {
  const format = stringOf(source.output_format) ?? '';
  const mime = format.includes('/') ? format : (MIME[format.toLowerCase()] ?? 'image/png');
  return `data:${mime};base64,${base64}`;
}

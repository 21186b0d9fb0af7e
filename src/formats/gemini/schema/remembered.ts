/** Cleaned schemas by their text: an agent sends the same tools with every turn. */
import type { JsonObject } from '../../../canonical/value.ts';
import { cleanForGemini } from './clean.ts';

/** Characters of all texts that one thread remembers; beyond it the oldest schemas are forgotten. */
export const MAX_REMEMBERED_CHARS = 2 * 1024 * 1024;

/** A longer schema is cleaned anew each time, so that one client can not push out all others. */
export const MAX_SCHEMA_CHARS = 64 * 1024;

/** {@link cleanForGemini} with a memory. What it returns is shared: never change it. */
export class CleanedSchemas {
  readonly #cleaned = new Map<string, JsonObject>();
  #chars = 0;

  of(schema: JsonObject): JsonObject {
    const text = JSON.stringify(schema);
    const known = this.#cleaned.get(text);
    if (known !== undefined) return known;
    const cleaned = cleanForGemini(schema);
    if (text.length <= MAX_SCHEMA_CHARS) this.#remember(text, cleaned);
    return cleaned;
  }

  /** Characters of the texts remembered now. */
  get chars(): number {
    return this.#chars;
  }

  #remember(text: string, cleaned: JsonObject): void {
    this.#cleaned.set(text, cleaned);
    this.#chars += text.length;
    for (const oldest of this.#cleaned.keys()) {
      if (this.#chars <= MAX_REMEMBERED_CHARS) return;
      this.#cleaned.delete(oldest);
      this.#chars -= oldest.length;
    }
  }
}

/** Those of this thread. */
export const cleanedSchemas = new CleanedSchemas();

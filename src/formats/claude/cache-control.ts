/** Cache markers, kept as they are (translate-openai-claude.md 3.10). */
import { isObject, type JsonObject } from '../../canonical/value.ts';

/** The marker of a block, tool or message; undefined if it has none. */
export function cacheControlOf(holder: JsonObject): JsonObject | undefined {
  return isObject(holder.cache_control) ? holder.cache_control : undefined;
}

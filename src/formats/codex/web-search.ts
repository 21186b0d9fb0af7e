/** `web_search_call` items → canonical (translate-openai-claude.md 6.5). */
import type { WebSearchEvent, WebSource } from '../../canonical/events.ts';
import { arrayOf, isObject, objectOf, stringOf, type JsonObject } from '../../canonical/value.ts';

/** The search that the item tells of; `place`: number of the item. */
export function decodeWebSearch(item: JsonObject, place: number): WebSearchEvent {
  const { action, results } = item;
  const query =
    filled(objectOf(action).query) ?? filled(item.query) ?? filled(objectOf(item.input).query);
  const hasResults = Array.isArray(results) || isObject(action) || query !== undefined;
  return {
    type: 'web_search',
    item: place,
    id: filled(item.id) ?? filled(item.call_id) ?? `web_search_${String(place)}`,
    queries: query === undefined ? [] : [query],
    results: hasResults ? arrayOf(results).flatMap(resultOf) : undefined,
  };
}

function resultOf(result: unknown): WebSource[] {
  const { url, title } = objectOf(result);
  const address = filled(url);
  return address === undefined ? [] : [{ url: address, title: filled(title) ?? address }];
}

function filled(value: unknown): string | undefined {
  return stringOf(value) || undefined;
}

/** A web search the upstream ran → the blocks of Claude's own search (translate-openai-claude.md 6.5). */
import { arrayOf, isObject, objectOf, stringOf, type JsonObject } from '../../canonical/value.ts';

/** A search in the words of Claude. */
export interface WebSearch {
  id: string;
  query: string;
  /** Content of the result block; undefined: only the search itself is known. */
  results: JsonObject[] | undefined;
}

/** Reads an output item; undefined: it is no search. `spareId` stands for a missing id. */
export function webSearchOf(item: unknown, spareId: string): WebSearch | undefined {
  if (!isObject(item) || item.type !== 'web_search_call') return undefined;
  const { action, results } = item;
  const query =
    filled(objectOf(action).query) ?? filled(item.query) ?? filled(objectOf(item.input).query);
  const hasResults = Array.isArray(results) || isObject(action) || query !== undefined;
  return {
    id: filled(item.id) ?? filled(item.call_id) ?? spareId,
    query: query ?? '',
    results: hasResults ? arrayOf(results).flatMap(resultOf) : undefined,
  };
}

function resultOf(result: unknown): JsonObject[] {
  const { url, title } = objectOf(result);
  if (filled(url) === undefined) return [];
  return [{ type: 'web_search_result', title: filled(title) ?? url, url, page_age: null }];
}

function filled(value: unknown): string | undefined {
  return stringOf(value) || undefined;
}

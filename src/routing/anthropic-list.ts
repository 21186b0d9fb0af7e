/** Models as Anthropic clients read them (routing.md 2.3), with the pages of Anthropic's own API. */
import type { ModelInfo } from './catalogue.ts';
import { compareText } from './table.ts';

/** Limits of a model of which none are known (routing.md 2.3). */
const DEFAULT_CONTEXT = 200_000;
const DEFAULT_OUTPUT = 64_000;

/**
 * The list, sorted by display name, then by id. `query`: `limit`, `after_id`, `before_id`; without a
 * limit everything is one page. A number or id that makes no sense counts as missing.
 */
export function anthropicList(models: readonly ModelInfo[], query: URLSearchParams): object {
  const all = models
    .map(anthropicModel)
    .sort(
      (one, other) =>
        compareText(one.display_name, other.display_name) || compareText(one.id, other.id),
    );
  const { data, has_more } = page(all, query);
  return { data, has_more, first_id: data[0]?.id ?? '', last_id: data.at(-1)?.id ?? '' };
}

/** One entry. */
export function anthropicModel(info: ModelInfo) {
  return {
    id: info.id,
    object: 'model',
    owned_by: info.ownedBy,
    type: 'model',
    display_name: info.displayName ?? info.id,
    created_at: info.created === undefined ? undefined : isoSeconds(info.created),
    max_input_tokens: info.contextLength ?? DEFAULT_CONTEXT,
    max_tokens: info.maxOutput ?? DEFAULT_OUTPUT,
  };
}

/** Forwards behind `after_id`, or backwards before `before_id`. */
function page<T extends { id: string }>(
  all: readonly T[],
  query: URLSearchParams,
): { data: readonly T[]; has_more: boolean } {
  const limit = Number(query.get('limit'));
  const size = Number.isInteger(limit) && limit > 0 ? limit : all.length;
  const end = all.findIndex(({ id }) => id === query.get('before_id'));
  if (end >= 0) return { data: all.slice(Math.max(0, end - size), end), has_more: end > size };
  const start = all.findIndex(({ id }) => id === query.get('after_id')) + 1;
  return { data: all.slice(start, start + size), has_more: start + size < all.length };
}

/** RFC 3339 without fractions. */
function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** A page that the answer is founded on, as chat clients read it. */
import type { CitationEvent } from '../../canonical/events.ts';
import type { JsonObject } from '../../canonical/value.ts';

/** One element of `annotations`. */
export const encodeCitation = ({ source, start, end }: CitationEvent): JsonObject => ({
  type: 'url_citation',
  url_citation: { start_index: start, end_index: end, url: source.url, title: source.title },
});

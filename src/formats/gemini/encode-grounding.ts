/**
 * Pages that an answer of another upstream is founded on → `groundingMetadata` (1.2 and 10.4, the
 * other way round). Which words they stand behind is left out: others count in other units.
 */
import type { CitationEvent, WebSearchEvent, WebSource } from '../../canonical/events.ts';

/** Pages, and queries, of one answer; further ones are left out. */
export const MAX_SOURCES = 1_000;

/** What tells of a search. */
export type SourceEvent =
  Pick<WebSearchEvent, 'type' | 'queries' | 'results'> | Pick<CitationEvent, 'type' | 'source'>;

/** Collects queries and pages, each page once. */
export class AnswerSources {
  readonly #queries = new Set<string>();
  readonly #titles = new Map<string, string>();

  take(event: SourceEvent): void {
    if (event.type === 'citation') this.#add(event.source);
    else {
      for (const query of event.queries) {
        if (this.#queries.size < MAX_SOURCES) this.#queries.add(query);
      }
      for (const source of event.results ?? []) this.#add(source);
    }
  }

  /** JSON text of the metadata; undefined when nothing was searched. */
  json(): string | undefined {
    if (this.#queries.size === 0 && this.#titles.size === 0) return undefined;
    const groundingChunks = [...this.#titles].map(([uri, title]) => ({ web: { uri, title } }));
    return JSON.stringify({ webSearchQueries: [...this.#queries], groundingChunks });
  }

  #add({ url, title }: WebSource): void {
    if (this.#titles.size < MAX_SOURCES && !this.#titles.has(url)) this.#titles.set(url, title);
  }
}

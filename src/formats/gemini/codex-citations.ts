/**
 * Pages that Codex names beside its text. Only Gemini clients are told of them: the search itself
 * tells its queries, not what it found.
 */
import type { CitationEvent, EventSink } from '../../canonical/events.ts';
import { numberOf, objectOf, stringOf } from '../../canonical/value.ts';
import { MAX_SOURCES } from './encode-grounding.ts';

/** Keeps the annotations of one answer until it ends. */
export class Citations {
  readonly #found: CitationEvent[] = [];

  /** Takes the JSON of an upstream event. */
  take(json: unknown): void {
    const { type, annotation, output_index: index } = objectOf(json);
    if (type !== 'response.output_text.annotation.added') return;
    const { url, title, start_index, end_index } = objectOf(annotation);
    if (typeof url !== 'string' || this.#found.length >= MAX_SOURCES) return;
    this.#found.push({
      type: 'citation',
      item: numberOf(index) ?? 0,
      source: { url, title: stringOf(title) || url },
      text: '',
      start: numberOf(start_index) ?? 0,
      end: numberOf(end_index) ?? 0,
    });
  }

  tell(sink: EventSink): void {
    for (const citation of this.#found) sink(citation);
  }
}

/**
 * The text of an answer that Google founds on a search. Which words stand on which page is told at
 * the end only. Claude clients read the search first and then the text with its citations, so their
 * text waits (translate-gemini-thinking.md 10.4); others get the text as it comes, and the rest
 * behind it.
 */
import type { CanonicalEvent, EventSink } from '../../canonical/events.ts';
import { piecesOf, type Grounding } from './grounding.ts';

/** Characters that are kept for citations; a longer text goes on without any. */
export const MAX_GROUNDED_CHARS = 4 * 1024 * 1024;

/** What the text needs from its candidate. */
export interface GroundedTextRules {
  emit: EventSink;
  choice: number;
  /** The text waits for its citations. */
  holds: boolean;
  newItem(): number;
  newSearchId(): string;
}

/** Collects the text of one candidate. */
export class GroundedText {
  readonly #rules: GroundedTextRules;
  #text = '';
  /** Item of the text that was told already. */
  #item: number | undefined;
  /** Something stood amid the text, or it is too long: what follows has no citations. */
  #isPlain = false;

  constructor(rules: GroundedTextRules) {
    this.#rules = rules;
  }

  /** More text, of this item. Does it wait here? Then the caller says nothing. */
  add(text: string, item: number): boolean {
    if (this.#isPlain) return false;
    this.#item = item;
    this.#text += text;
    if (this.#text.length > MAX_GROUNDED_CHARS) this.release();
    return this.#rules.holds;
  }

  /** Tells what waits: something follows that has its place behind it. */
  release(): void {
    const [text, item] = [this.#text, this.#item];
    if (text === '' || item === undefined) return;
    if (this.#rules.holds) this.#emit({ type: 'text', text, item });
    this.#isPlain = true;
    this.#text = '';
  }

  /** The search is known: tells it, and the citations. The item of the text must still be open. */
  ground(grounding: Grounding): void {
    if (this.#rules.holds) {
      this.#search(grounding);
      this.#citedPieces(grounding);
    } else {
      this.#citations(grounding);
      this.#search(grounding);
    }
  }

  #search({ queries, sources }: Grounding): void {
    const { newItem, newSearchId } = this.#rules;
    const search = { id: newSearchId(), queries, results: sources };
    this.#emit({ type: 'web_search', item: newItem(), ...search });
  }

  /** Each piece is an item of its own, because its citations are. */
  #citedPieces({ supports }: Grounding): void {
    for (const { text, sources } of piecesOf(this.#text, supports)) {
      const item = this.#rules.newItem();
      this.#emit({ type: 'text', item, text });
      for (const source of sources) {
        this.#emit({ type: 'citation', item, source, text, start: 0, end: text.length });
      }
      this.#emit({ type: 'item_done', kind: 'message', item });
    }
  }

  #citations({ supports }: Grounding): void {
    const item = this.#item;
    if (item === undefined) return;
    let start = 0;
    for (const { text, sources } of piecesOf(this.#text, supports)) {
      const end = start + text.length;
      for (const source of sources) {
        this.#emit({ type: 'citation', item, source, text, start, end });
      }
      start = end;
    }
  }

  #emit(event: CanonicalEvent): void {
    const { emit, choice } = this.#rules;
    emit({ ...event, choice } as CanonicalEvent);
  }
}

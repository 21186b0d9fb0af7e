/** Reasoning that waits for the assistant message it led to (translate-openai-claude.md 9.2). */
import type { JsonObject } from '../../canonical/value.ts';

/** Stands for reasoning nobody can read; some upstreams refuse calls without any. */
const UNREADABLE = '[reasoning unavailable]';

const BREAK = '\n\n';

/** Collects reasoning texts; equal texts are kept once. */
export class PendingReasoning {
  #texts: string[] = [];

  get isEmpty(): boolean {
    return this.#texts.length === 0;
  }

  /** Adds one item: its summary, else its own text, else the placeholder. */
  add(summary: readonly string[], text: string | undefined): void {
    this.#texts.push(summary.join('') || text || UNREADABLE);
  }

  /** Writes what was collected to a message, behind what it has already. */
  attachTo(message: JsonObject): void {
    if (this.isEmpty) return;
    const known = message.reasoning_content;
    const texts = typeof known === 'string' ? [known, ...this.#texts] : this.#texts;
    const readable = texts.filter((text) => text !== UNREADABLE);
    message.reasoning_content =
      readable.length === 0 ? UNREADABLE : [...new Set(readable)].join(BREAK);
    this.#texts = [];
  }
}

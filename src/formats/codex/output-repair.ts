/**
 * Codex may end a turn with an empty `output`, although it sent every item before. This keeps the
 * finished items and fills the list of the terminal event (codex.md 1.11, translate 10.1).
 */
import { SwitchyardError } from '../../errors.ts';
import { arrayOf, isObject, numberOf, type JsonObject } from '../../canonical/value.ts';

/** Finished items kept for one answer; a real one has a few dozen. More are refused. */
export const MAX_OUTPUT_ITEMS = 10_000;

/** Collects the items of one answer. */
export class OutputRepair {
  readonly #indexed = new Map<number, JsonObject>();
  readonly #loose: JsonObject[] = [];

  /**
   * Takes a `response.output_item.done` event.
   * @throws SwitchyardError `upstream_bad_answer` for more items than an answer may have.
   */
  add(event: JsonObject): void {
    const { item } = event;
    if (!isObject(item)) return;
    if (this.#indexed.size + this.#loose.length >= MAX_OUTPUT_ITEMS) {
      throw new SwitchyardError('upstream_bad_answer', {
        message: `the upstream answer has more than ${String(MAX_OUTPUT_ITEMS)} items`,
      });
    }
    const index = numberOf(event.output_index);
    if (index === undefined) this.#loose.push(item);
    else this.#indexed.set(index, item);
  }

  /**
   * The whole output of a terminal event's `response`: its own list with missing ids filled in, or
   * the collected items, those without an index last.
   */
  repaired(response: JsonObject): JsonObject[] {
    const own = arrayOf(response.output);
    if (own.length === 0) return this.#collected();
    return own.filter(isObject).map((item, index) => this.#withId(item, index));
  }

  #collected(): JsonObject[] {
    const sorted = [...this.#indexed].sort(([left], [right]) => left - right);
    return [...sorted.map(([, item]) => item), ...this.#loose];
  }

  #withId(item: JsonObject, index: number): JsonObject {
    const { id } = item;
    if (typeof id === 'string' && id.trim() !== '') return item;
    const known = this.#indexed.get(index)?.['id'];
    return typeof known === 'string' ? { ...item, id: known } : item;
  }
}

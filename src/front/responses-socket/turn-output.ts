/**
 * The items of one answer (codex.md 3.9): an empty list in its last event is filled with those that
 * were finished before, and a tool call that broke there is replaced by its finished version.
 */
import { arrayOf, isObject, type JsonObject } from '../../canonical/value.ts';
import { isCall } from '../../formats/codex/call-tracker.ts';
import { MAX_OUTPUT_ITEMS, OutputRepair } from '../../formats/codex/output-repair.ts';

/** What an answer holds in the end. */
export interface SettledOutput {
  items: readonly JsonObject[];
  /** It differs from what the last event says. */
  changed: boolean;
}

/** Collects the items of one answer. */
export class TurnOutput {
  readonly #finished = new OutputRepair();
  readonly #calls = new Map<string, JsonObject>();
  #count = 0;

  /** Takes a `response.output_item.done` event; beyond `MAX_OUTPUT_ITEMS` the last event's list counts. */
  add(event: JsonObject): void {
    const { item } = event;
    if (!isObject(item) || this.#count >= MAX_OUTPUT_ITEMS) return;
    this.#count += 1;
    if (!isCall(item)) this.#finished.add(event);
    else if (isCompleteCall(item)) {
      this.#finished.add(event);
      this.#calls.set(String(item.call_id), item);
    }
  }

  /** The items of an answer that ends with this `response`. */
  settled(response: JsonObject): SettledOutput {
    const told = arrayOf(response.output);
    const items = this.#finished.repaired(response).map((item) => this.#complete(item));
    const changed = items.length !== told.length || items.some((item, at) => item !== told[at]);
    return { items, changed };
  }

  #complete(item: JsonObject): JsonObject {
    if (!isCall(item) || isCompleteCall(item)) return item;
    return this.#calls.get(String(item.call_id)) ?? item;
  }
}

/** Has it an id, a name and its arguments? Only then it can be answered (codex.md 3.9). */
function isCompleteCall(item: JsonObject): boolean {
  const { call_id: id, name } = item;
  const given = item.type === 'function_call' ? item.arguments : item.input;
  return typeof id === 'string' && typeof name === 'string' && typeof given === 'string';
}

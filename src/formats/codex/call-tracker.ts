/** The tool calls of one Codex answer, found by item id, by output index, or as the last one. */
import { SwitchyardError } from '../../errors.ts';
import { numberOf, stringOf, type JsonObject } from '../../canonical/value.ts';
import { MAX_OUTPUT_ITEMS } from './output-repair.ts';

/** One call while it streams. */
export interface Call {
  readonly item: number;
  /** It was told; a call without a name waits for one. */
  announced: boolean;
  /** Some of its arguments went out. */
  sent: boolean;
  done: boolean;
}

/** Is this output item a call of a client's tool? */
export const isCall = (item: JsonObject): boolean =>
  item.type === 'function_call' || item.type === 'custom_tool_call';

/** Finds the call an event speaks of; most events name it, some only follow it. */
export class CallTracker {
  readonly #byId = new Map<string, Call>();
  readonly #byIndex = new Map<number, Call>();
  #last: Call | undefined;

  /** Was any call announced? */
  get any(): boolean {
    return this.#last !== undefined;
  }

  /** @throws SwitchyardError `upstream_bad_answer` for more calls than an answer may have items. */
  open(event: JsonObject, item: JsonObject, call: Call): void {
    if (Math.max(this.#byId.size, this.#byIndex.size) >= MAX_OUTPUT_ITEMS) {
      throw new SwitchyardError('upstream_bad_answer', {
        message: `the upstream answer has more than ${String(MAX_OUTPUT_ITEMS)} calls`,
      });
    }
    const id = stringOf(item.id);
    if (id !== undefined) this.#byId.set(id, call);
    const index = numberOf(event.output_index);
    if (index !== undefined) this.#byIndex.set(index, call);
    this.#last = call;
  }

  /** The call of an event about a call's text; an event that names none means the last call. */
  ofEvent(event: JsonObject): Call | undefined {
    return this.known(event, event.item_id) ?? this.#last;
  }

  /** The call with that item id, else the one at the event's place. */
  known(event: JsonObject, itemId: unknown): Call | undefined {
    const byId = typeof itemId === 'string' ? this.#byId.get(itemId) : undefined;
    if (byId !== undefined) return byId;
    const index = numberOf(event.output_index);
    return index === undefined ? undefined : this.#byIndex.get(index);
  }
}

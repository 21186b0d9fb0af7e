/**
 * Puts the tool calls of one choice together: chat upstreams may send a call's id, name and
 * arguments in any order and in any number of chunks.
 */
import type { EventSink } from '../../canonical/events.ts';
import type { ToolKind } from '../../canonical/parts.ts';
import { numberOf, objectOf, stringOf, textOf, type JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';

/** Calls of one choice; a real answer has a few dozen. Further ones are refused. */
export const MAX_CALLS = 10_000;

interface Call {
  readonly item: number;
  readonly index: number;
  kind: ToolKind;
  id: string;
  name: string;
  /** Arguments that came before the call could be announced. */
  waiting: string;
  announced: boolean;
}

/** Where the calls belong, and how an id is made for one that has none (3.7). */
export interface CallPlace {
  choice: number;
  idPrefix: string;
}

/** Announces a call when its id and name are known; `flush` announces the rest. */
export class CallAssembler {
  readonly #emit: EventSink;
  readonly #newItem: () => number;
  readonly #place: CallPlace;
  /** In the order in which they began. */
  readonly #calls: Call[] = [];
  /** The call that an index means now. */
  readonly #byIndex = new Map<number, Call>();

  constructor(emit: EventSink, newItem: () => number, place: CallPlace) {
    this.#emit = emit;
    this.#newItem = newItem;
    this.#place = place;
  }

  /**
   * Takes one entry of `tool_calls`; `position` is given where every entry is a whole call.
   * @throws SwitchyardError `upstream_bad_answer` for too many calls.
   */
  add(entry: JsonObject, position: number | undefined): void {
    const call = this.#callOf(entry, position);
    const isCustom = entry.type === 'custom';
    if (isCustom) call.kind = 'custom';
    const body = objectOf(isCustom ? entry.custom : entry.function);
    call.id ||= stringOf(entry.id) ?? '';
    call.name ||= stringOf(body.name) ?? '';
    const text = textOf(isCustom ? body.input : body.arguments);
    if (!call.announced && call.id !== '' && call.name !== '') this.#announce(call);
    if (text === '') return;
    if (call.announced) this.#arguments(call, text);
    else call.waiting += text;
  }

  /** Nothing more comes: calls without id or name are announced with what is known. */
  flush(): void {
    for (const call of this.#calls) if (!call.announced) this.#announce(call);
  }

  /** The call an entry speaks of; one without an index is a new call if it has a new id. */
  #callOf(entry: JsonObject, position: number | undefined): Call {
    const given = position ?? numberOf(entry.index);
    const known = given === undefined ? this.#unnumbered(entry) : this.#byIndex.get(given);
    if (known !== undefined && !isAnother(known, entry)) return known;
    if (this.#calls.length >= MAX_CALLS) {
      throw new SwitchyardError('upstream_bad_answer', {
        message: `the upstream answer has more than ${String(MAX_CALLS)} calls`,
      });
    }
    const call: Call = {
      item: this.#newItem(),
      index: given ?? this.#calls.length,
      kind: 'function',
      id: '',
      name: '',
      waiting: '',
      announced: false,
    };
    this.#calls.push(call);
    this.#byIndex.set(call.index, call);
    this.#emit({
      type: 'item_start',
      kind: 'tool_call',
      item: call.item,
      choice: this.#place.choice,
    });
    return call;
  }

  #unnumbered({ id }: JsonObject): Call | undefined {
    const named = stringOf(id) ?? '';
    return named === '' ? this.#calls.at(-1) : this.#calls.find((call) => call.id === named);
  }

  #announce(call: Call): void {
    call.announced = true;
    call.id ||= `${this.#place.idPrefix}_${String(call.index)}`;
    const { item, kind, id, name } = call;
    this.#emit({ type: 'tool_call', item, choice: this.#place.choice, kind, id, name });
    if (call.waiting !== '') this.#arguments(call, call.waiting);
    call.waiting = '';
  }

  #arguments(call: Call, text: string): void {
    this.#emit({ type: 'tool_arguments', item: call.item, choice: this.#place.choice, text });
  }
}

/** Some upstreams give all calls of an answer the index 0; a call that has its id keeps it. */
function isAnother(known: Call, entry: JsonObject): boolean {
  const id = stringOf(entry.id) ?? '';
  const { name } = objectOf(entry.type === 'custom' ? entry.custom : entry.function);
  return known.announced && id !== '' && id !== known.id && (stringOf(name) ?? '') !== '';
}

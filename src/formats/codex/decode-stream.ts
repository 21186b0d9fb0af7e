/**
 * Codex stream events → canonical events (translate-openai-claude.md 4.4). Failure events never
 * come here. Calls are announced when they begin; their text is sent once, however it arrives.
 */
import { SwitchyardError } from '../../errors.ts';
import type { EventSink, ItemKind } from '../../canonical/events.ts';
import { numberOf, objectOf, stringOf, textOf, type JsonObject } from '../../canonical/value.ts';
import { decodeFinish } from './finish.ts';
import { ImageDecoder } from './images.ts';
import { MAX_OUTPUT_ITEMS } from './output-repair.ts';

/** Gives a tool the name the client knows. */
export type RestoreName = (name: string) => string;

interface Call {
  readonly item: number;
  /** Some of its arguments went out. */
  sent: boolean;
  done: boolean;
}

/** Decodes one answer. */
export class CodexStreamDecoder {
  readonly #emit: EventSink;
  readonly #restore: RestoreName;
  readonly #callById = new Map<string, Call>();
  readonly #callByIndex = new Map<number, Call>();
  readonly #images = new ImageDecoder();
  #lastCall: Call | undefined;
  /** Item of the last event that told one. */
  #item = 0;
  /** First number that no item has; for streams that leave the index out. */
  #free = 0;

  constructor(emit: EventSink, restoreName: RestoreName) {
    this.#emit = emit;
    this.#restore = restoreName;
  }

  /** Takes one event's JSON. @throws SwitchyardError `upstream_bad_answer` for too many items. */
  onEvent(event: JsonObject): void {
    switch (event['type']) {
      case 'response.output_text.delta':
        this.#emit({ type: 'text', item: this.#place(event), text: textOf(event['delta']) });
        return;
      case 'response.refusal.delta':
        this.#emit({ type: 'refusal', item: this.#place(event), text: textOf(event['delta']) });
        return;
      case 'response.reasoning_summary_text.delta':
        this.#reasoning(event, 'summary');
        return;
      case 'response.reasoning_text.delta':
        this.#reasoning(event, 'raw');
        return;
      case 'response.reasoning_summary_text.done':
        this.#emit({ type: 'reasoning_part_done', item: this.#place(event) });
        return;
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        this.#callDelta(event);
        return;
      case 'response.function_call_arguments.done':
        this.#callText(this.#callOf(event), event['arguments']);
        return;
      case 'response.custom_tool_call_input.done':
        this.#callText(this.#callOf(event), event['input']);
        return;
      default:
        this.#structure(event);
    }
  }

  /** The events that are few per answer. */
  #structure(event: JsonObject): void {
    switch (event['type']) {
      case 'response.created':
        this.#start(objectOf(event['response']));
        return;
      case 'response.output_item.added':
        this.#itemAdded(event, objectOf(event['item']));
        return;
      case 'response.output_item.done':
        this.#itemDone(event, objectOf(event['item']));
        return;
      case 'response.image_generation_call.partial_image':
        this.#image(event, textOf(event['item_id']), event['partial_image_b64'], event);
        return;
      case 'response.completed':
      case 'response.incomplete': {
        const isIncomplete = event['type'] === 'response.incomplete';
        const hasCalls = this.#lastCall !== undefined;
        this.#emit(decodeFinish(objectOf(event['response']), isIncomplete, hasCalls));
        this.#emit({ type: 'end' });
      }
    }
  }

  #start(response: JsonObject): void {
    const { id, model, created_at: created } = response;
    this.#emit({
      type: 'start',
      id: stringOf(id),
      model: stringOf(model),
      created: numberOf(created),
    });
  }

  #reasoning(event: JsonObject, kind: 'summary' | 'raw'): void {
    const item = this.#place(event);
    this.#emit({ type: 'reasoning', item, kind, text: textOf(event['delta']) });
  }

  #itemAdded(event: JsonObject, item: JsonObject): void {
    const place = this.#newPlace(event);
    if (isCall(item)) this.#announce(event, item, place, undefined);
    else {
      this.#emit({ type: 'item_start', item: place, kind: kindOf(item), id: stringOf(item['id']) });
    }
  }

  #itemDone(event: JsonObject, item: JsonObject): void {
    if (isCall(item)) {
      this.#callDone(event, item);
      return;
    }
    const kind = kindOf(item);
    const id = stringOf(item['id']);
    if (kind === 'image') this.#image(event, id ?? '', item['result'], item);
    const signature = stringOf(item['encrypted_content']);
    this.#emit({ type: 'item_done', item: this.#place(event), kind, id, signature });
  }

  #announce(event: JsonObject, item: JsonObject, place: number, text: string | undefined): void {
    if (this.#callByIndex.size + this.#callById.size >= MAX_OUTPUT_ITEMS) {
      throw new SwitchyardError('upstream_bad_answer', {
        message: `the upstream answer has more than ${String(MAX_OUTPUT_ITEMS)} calls`,
      });
    }
    const call: Call = { item: place, sent: false, done: text !== undefined };
    const { id, namespace } = item;
    if (typeof id === 'string') this.#callById.set(id, call);
    const index = numberOf(event['output_index']);
    if (index !== undefined) this.#callByIndex.set(index, call);
    this.#lastCall = call;
    this.#emit({
      type: 'tool_call',
      item: place,
      kind: item['type'] === 'custom_tool_call' ? 'custom' : 'function',
      id: textOf(item['call_id']),
      name: this.#restore(textOf(item['name'])),
      namespace: stringOf(namespace),
      arguments: text,
    });
  }

  #callDelta(event: JsonObject): void {
    const call = this.#callOf(event);
    const text = textOf(event['delta']);
    if (call === undefined || call.done || text === '') return;
    call.sent = true;
    this.#emit({ type: 'tool_arguments', item: call.item, text });
  }

  /** The whole text of a call, which matters only if no delta brought it. */
  #callText(call: Call | undefined, whole: unknown): void {
    const text = textOf(whole);
    if (call === undefined || call.sent || call.done || text === '') return;
    call.sent = true;
    this.#emit({ type: 'tool_arguments', item: call.item, text });
  }

  #callDone(event: JsonObject, item: JsonObject): void {
    const text = item['type'] === 'custom_tool_call' ? item['input'] : item['arguments'];
    const known = this.#knownCall(event, stringOf(item['id']));
    if (known === undefined) {
      const place = this.#newPlace(event);
      this.#announce(event, item, place, textOf(text));
      this.#emit({ type: 'tool_call_done', item: place });
      return;
    }
    this.#callText(known, text);
    known.done = true;
    this.#emit({ type: 'tool_call_done', item: known.item });
  }

  #callOf(event: JsonObject): Call | undefined {
    return this.#knownCall(event, stringOf(event['item_id'])) ?? this.#lastCall;
  }

  #knownCall(event: JsonObject, id: string | undefined): Call | undefined {
    const byId = id === undefined ? undefined : this.#callById.get(id);
    if (byId !== undefined) return byId;
    const index = numberOf(event['output_index']);
    return index === undefined ? undefined : this.#callByIndex.get(index);
  }

  #image(event: JsonObject, id: string, base64: unknown, source: JsonObject): void {
    const url = this.#images.decode(id, base64, source);
    if (url === undefined) return;
    const partial = event['type'] !== 'response.output_item.done';
    this.#emit({ type: 'image', item: this.#place(event), url, partial });
  }

  /** Number of the item an event belongs to. */
  #place(event: JsonObject): number {
    const index = numberOf(event['output_index']);
    if (index !== undefined) this.#item = index;
    return this.#item;
  }

  /** Number for an item that begins. */
  #newPlace(event: JsonObject): number {
    this.#item = numberOf(event['output_index']) ?? this.#free;
    this.#free = Math.max(this.#free, this.#item + 1);
    return this.#item;
  }
}

const isCall = (item: JsonObject): boolean =>
  item['type'] === 'function_call' || item['type'] === 'custom_tool_call';

function kindOf(item: JsonObject): ItemKind {
  switch (item['type']) {
    case 'message':
    case 'reasoning':
      return item['type'];
    case 'image_generation_call':
      return 'image';
    default:
      return 'other';
  }
}

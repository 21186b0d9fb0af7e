/**
 * Codex stream events → canonical events (translate-openai-claude.md 4.4). Failure events never
 * come here. Calls are announced when they begin; their text is sent once, however it arrives.
 */
import type { EventSink, ItemKind } from '../../canonical/events.ts';
import { numberOf, objectOf, stringOf, textOf, type JsonObject } from '../../canonical/value.ts';
import { CallTracker, isCall, type Call } from './call-tracker.ts';
import { decodeFinish } from './finish.ts';
import { ImageDecoder } from './images.ts';

/** Gives a tool the name the client knows. */
export type RestoreName = (name: string) => string;

/** Decodes one answer. */
export class CodexStreamDecoder {
  readonly #emit: EventSink;
  readonly #restore: RestoreName;
  readonly #calls = new CallTracker();
  readonly #images = new ImageDecoder();
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
    switch (event.type) {
      case 'response.output_text.delta':
        this.#emit({ type: 'text', item: this.#place(event), text: textOf(event.delta) });
        return;
      case 'response.refusal.delta':
        this.#emit({ type: 'refusal', item: this.#place(event), text: textOf(event.delta) });
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
        this.#callText(this.#calls.ofEvent(event), event.arguments);
        return;
      case 'response.custom_tool_call_input.done':
        this.#callText(this.#calls.ofEvent(event), event.input);
        return;
      default:
        this.#structure(event);
    }
  }

  /** The events that are few per answer. */
  #structure(event: JsonObject): void {
    switch (event.type) {
      case 'response.created':
        this.#start(objectOf(event.response));
        return;
      case 'response.output_item.added':
        this.#itemAdded(event, objectOf(event.item));
        return;
      case 'response.output_item.done':
        this.#itemDone(event, objectOf(event.item));
        return;
      case 'response.image_generation_call.partial_image':
        this.#image(event, textOf(event.item_id), event['partial_image_b64'], event);
        return;
      case 'response.completed':
      case 'response.incomplete': {
        const isIncomplete = event.type === 'response.incomplete';
        this.#emit(decodeFinish(objectOf(event.response), isIncomplete, this.#calls.any));
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
    this.#emit({ type: 'reasoning', item, kind, text: textOf(event.delta) });
  }

  #itemAdded(event: JsonObject, item: JsonObject): void {
    const place = this.#newPlace(event);
    if (isCall(item)) this.#announce(event, item, place, undefined);
    else {
      this.#emit({ type: 'item_start', item: place, kind: kindOf(item), id: stringOf(item.id) });
    }
  }

  #itemDone(event: JsonObject, item: JsonObject): void {
    if (isCall(item)) {
      this.#callDone(event, item);
      return;
    }
    const kind = kindOf(item);
    const id = stringOf(item.id);
    if (kind === 'image') this.#image(event, id ?? '', item.result, item);
    const signature = stringOf(item.encrypted_content);
    this.#emit({ type: 'item_done', item: this.#place(event), kind, id, signature });
  }

  #announce(event: JsonObject, item: JsonObject, place: number, text: string | undefined): void {
    this.#calls.open(event, item, { item: place, sent: false, done: text !== undefined });
    this.#emit({
      type: 'tool_call',
      item: place,
      kind: item.type === 'custom_tool_call' ? 'custom' : 'function',
      id: textOf(item.call_id),
      name: this.#restore(textOf(item.name)),
      namespace: stringOf(item.namespace),
      arguments: text,
    });
  }

  #callDelta(event: JsonObject): void {
    const call = this.#calls.ofEvent(event);
    const text = textOf(event.delta);
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
    const text = item.type === 'custom_tool_call' ? item.input : item.arguments;
    const known = this.#calls.known(event, item.id);
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

  #image(event: JsonObject, id: string, base64: unknown, source: JsonObject): void {
    const url = this.#images.decode(id, base64, source);
    if (url === undefined) return;
    const partial = event.type !== 'response.output_item.done';
    this.#emit({ type: 'image', item: this.#place(event), url, partial });
  }

  /** Number of the item an event belongs to. */
  #place(event: JsonObject): number {
    const index = numberOf(event.output_index);
    if (index !== undefined) this.#item = index;
    return this.#item;
  }

  /** Number for an item that begins. */
  #newPlace(event: JsonObject): number {
    this.#item = numberOf(event.output_index) ?? this.#free;
    this.#free = Math.max(this.#free, this.#item + 1);
    return this.#item;
  }
}

function kindOf(item: JsonObject): ItemKind {
  switch (item.type) {
    case 'message':
    case 'reasoning':
      return item.type;
    case 'image_generation_call':
      return 'image';
    default:
      return 'other';
  }
}

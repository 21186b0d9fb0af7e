/**
 * Codex stream events → canonical events (translate-openai-claude.md 4.4). Failure events never
 * come here. Calls are announced when they begin; their text is sent once, however it arrives.
 */
import type { EventSink, ItemKind } from '../../canonical/events.ts';
import {
  arrayOf,
  numberOf,
  objectOf,
  stringOf,
  textOf,
  type JsonObject,
} from '../../canonical/value.ts';
import { CallTracker, isCall, type Call } from './call-tracker.ts';
import { decodeFinish } from './finish.ts';
import { ImageDecoder } from './images.ts';
import { decodeWebSearch } from './web-search.ts';

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
  /** A part of the reasoning began and has no end yet. */
  #partOpen = false;
  #hasText = false;
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
        this.#hasText = true;
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
        this.#partDone(event);
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
      case 'response.reasoning_summary_part.added':
        // Some streams leave out the end of the part before.
        if (this.#partOpen) this.#partDone(event);
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
        this.#lateCalls(objectOf(event.response));
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
    if (kind === 'summary') this.#partOpen = true;
    this.#emit({ type: 'reasoning', item, kind, text: textOf(event.delta) });
  }

  #partDone(event: JsonObject): void {
    this.#partOpen = false;
    this.#emit({ type: 'reasoning_part_done', item: this.#place(event) });
  }

  #itemAdded(event: JsonObject, item: JsonObject): void {
    const place = this.#newPlace(event);
    this.#partOpen = false;
    if (isCall(item)) this.#callAdded(event, item, place);
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
    if (kind === 'message' && !this.#hasText) this.#wholeText(event, item);
    if (item.type === 'web_search_call') {
      this.#emit(decodeWebSearch(item, this.#place(event)));
    }
    const signature = stringOf(item.encrypted_content);
    this.#emit({ type: 'item_done', item: this.#place(event), kind, id, signature });
  }

  /** Text of a stream that has no deltas. */
  #wholeText(event: JsonObject, item: JsonObject): void {
    const parts = arrayOf(item.content).map(objectOf);
    const texts = parts.map(({ type, text }) => (type === 'output_text' ? textOf(text) : ''));
    this.#emit({ type: 'text', item: this.#place(event), text: texts.join('') });
  }

  /** Without a name nobody can be told of a call: then it waits for its end. */
  #callAdded(event: JsonObject, item: JsonObject, place: number): void {
    const announced = textOf(item.name) !== '';
    this.#calls.open(event, item, { item: place, announced, sent: false, done: !announced });
    if (announced) this.#announce(item, place, undefined);
  }

  #announce(item: JsonObject, place: number, text: string | undefined): void {
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
    const end = item.status === 'incomplete' ? CUT_CALL : CALL_DONE;
    const text = item.type === 'custom_tool_call' ? item.input : item.arguments;
    const known = this.#calls.known(event, item.id);
    if (known?.announced !== true) {
      const place = known?.item ?? this.#newPlace(event);
      const call = { item: place, announced: true, sent: true, done: true };
      if (known === undefined) this.#calls.open(event, item, call);
      else known.announced = true;
      this.#announce(item, place, textOf(text));
      this.#emit({ ...end, item: place });
      return;
    }
    if (known.done) return;
    this.#callText(known, text);
    known.done = true;
    this.#emit({ ...end, item: known.item });
  }

  /** Calls that have no end of their own get what the whole answer tells of them. */
  #lateCalls(response: JsonObject): void {
    for (const [index, value] of arrayOf(response.output).entries()) {
      const item = objectOf(value);
      const event = { output_index: index };
      if (!isCall(item)) continue;
      const known = this.#calls.known(event, item.id);
      if (known !== undefined && !(known.announced && known.done)) this.#callDone(event, item);
    }
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

const CALL_DONE = { type: 'tool_call_done' } as const;
const CUT_CALL = { ...CALL_DONE, cut: true } as const;

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

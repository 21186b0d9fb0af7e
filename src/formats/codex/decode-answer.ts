/**
 * A whole Codex answer → canonical events, from the items of its terminal event. The deltas are
 * not needed; only the text of a message that was cut off before it was finished is kept.
 */
import type { EventSink } from '../../canonical/events.ts';
import { arrayOf, numberOf, objectOf, stringOf, textOf } from '../../canonical/value.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { isCall } from './call-tracker.ts';
import type { RestoreName } from './decode-stream.ts';
import { decodeFinish, isTerminal } from './finish.ts';
import { imageUrl } from './images.ts';
import { OutputRepair } from './output-repair.ts';
import { decodeWebSearch } from './web-search.ts';

/** Collects one streamed answer and decodes it at its end. */
export class CodexAnswerDecoder {
  readonly #emit: EventSink;
  readonly #restore: RestoreName;
  readonly #repair = new OutputRepair();
  /** Answer facts of `response.created`, for terminal events that leave them out. */
  #created: JsonObject = {};
  /** Text of the message that is not finished yet. */
  #cutText = '';

  constructor(emit: EventSink, restoreName: RestoreName) {
    this.#emit = emit;
    this.#restore = restoreName;
  }

  /** Takes one event's JSON. @throws SwitchyardError `upstream_bad_answer` for too many items. */
  onEvent(event: JsonObject): void {
    const { type } = event;
    if (type === 'response.output_text.delta') this.#cutText += textOf(event.delta);
    else if (type === 'response.output_item.done') this.#addItem(event);
    else if (type === 'response.created') this.#created = objectOf(event.response);
    else if (isTerminal(type)) {
      this.whole({ ...this.#created, ...objectOf(event.response) }, type === 'response.incomplete');
    }
  }

  /** Decodes a `response` object, whose output is filled from the finished items if empty. */
  whole(response: JsonObject, isIncomplete: boolean): void {
    const output = this.#repair.repaired(response);
    this.#emit({
      type: 'start',
      id: stringOf(response.id),
      model: stringOf(response.model),
      created: numberOf(response.created_at),
    });
    for (const [place, item] of output.entries()) this.#item(place, item);
    if (this.#cutText !== '' && arrayOf(response.output).length === 0) {
      this.#emit({ type: 'text', item: output.length, text: this.#cutText });
    }
    this.#emit(decodeFinish(response, isIncomplete, output.some(isCall)));
    this.#emit({ type: 'end' });
  }

  /** A finished message holds the text of its deltas. */
  #addItem(event: JsonObject): void {
    this.#repair.add(event);
    if (objectOf(event.item).type === 'message') this.#cutText = '';
  }

  #item(place: number, item: JsonObject): void {
    switch (item.type) {
      case 'reasoning':
        this.#reasoning(place, item);
        return;
      case 'message':
        for (const part of arrayOf(item.content)) this.#messagePart(place, objectOf(part));
        return;
      case 'function_call':
        this.#call(place, item, 'function', item.arguments);
        return;
      case 'custom_tool_call':
        this.#call(place, item, 'custom', item.input);
        return;
      case 'image_generation_call': {
        const base64 = stringOf(item.result) ?? '';
        if (base64 === '') return;
        this.#emit({ type: 'image', item: place, url: imageUrl(base64, item), partial: false });
        return;
      }
      case 'web_search_call':
        this.#emit(decodeWebSearch(item, place));
    }
  }

  #reasoning(place: number, item: JsonObject): void {
    for (const part of arrayOf(item.summary)) {
      const text = textOf(objectOf(part).text);
      this.#emit({ type: 'reasoning', item: place, kind: 'summary', text });
      this.#emit({ type: 'reasoning_part_done', item: place });
    }
    const signature = stringOf(item.encrypted_content);
    this.#emit({
      type: 'item_done',
      item: place,
      kind: 'reasoning',
      id: stringOf(item.id),
      signature,
    });
  }

  #messagePart(place: number, part: JsonObject): void {
    if (part.type === 'output_text') {
      this.#emit({ type: 'text', item: place, text: textOf(part.text) });
    } else if (part.type === 'refusal') {
      this.#emit({ type: 'refusal', item: place, text: textOf(part.refusal) });
    }
  }

  #call(place: number, item: JsonObject, kind: 'function' | 'custom', text: unknown): void {
    this.#emit({
      type: 'tool_call',
      item: place,
      kind,
      id: textOf(item.call_id),
      name: this.#restore(textOf(item.name)),
      namespace: stringOf(item.namespace),
      arguments: textOf(text),
    });
    this.#emit({ type: 'tool_call_done', item: place });
  }
}

/** One output item while it streams: the events that open, feed and close it (9.2). */
import type { JsonObject } from '../../canonical/value.ts';
import {
  callItem,
  customInput,
  messageItem,
  summaryPart,
  textPart,
  type ItemStatus,
  type OutputCall,
} from './encode-items.ts';
import { stagesOf } from './tool-run.ts';

/** Writes events; the type and the sequence number are put in front. */
export interface EventWriter {
  event(type: string, members: JsonObject): void;
  /** The members as JSON text, for the many deltas. */
  text(type: string, members: string): void;
}

/** Place of an item in the answer. */
export interface ItemPlace {
  id: string;
  outputIndex: number;
  choice: number;
}

/** What all items have in common. */
export interface OutputItem {
  readonly place: ItemPlace;
  readonly isOpen: boolean;
  /** As it stands in the `output` list of the answer; undefined while it is open. */
  readonly result: JsonObject | undefined;
  close(status: ItemStatus): void;
}

abstract class BaseItem implements OutputItem {
  readonly place: ItemPlace;
  result: JsonObject | undefined;
  protected text = '';
  readonly #writer: EventWriter;
  /** Beginning of every delta. */
  readonly #head: string;

  constructor(place: ItemPlace, writer: EventWriter) {
    this.place = place;
    this.#writer = writer;
    const { id, outputIndex } = place;
    this.#head = `"item_id":${JSON.stringify(id)},"output_index":${String(outputIndex)},`;
  }

  get isOpen(): boolean {
    return this.result === undefined;
  }

  abstract close(status: ItemStatus): void;

  protected write(type: string, members: JsonObject): void {
    const { id, outputIndex } = this.place;
    this.#writer.event(type, { item_id: id, output_index: outputIndex, ...members });
  }

  /** `rest`: further members as JSON text. */
  protected writeDelta(type: string, rest: string, delta: string): void {
    this.#writer.text(type, `${this.#head}${rest}"delta":${JSON.stringify(delta)}`);
  }

  protected writeItem(type: 'added' | 'done', item: JsonObject): void {
    this.#writer.event(`response.output_item.${type}`, {
      output_index: this.place.outputIndex,
      item,
    });
  }
}

const TEXT_REST = '"content_index":0,"logprobs":[],';

/** Text of the model. */
export class MessageOutput extends BaseItem {
  readonly #annotations: JsonObject[] = [];

  constructor(place: ItemPlace, writer: EventWriter) {
    super(place, writer);
    this.writeItem('added', messageItem(place.id, 'in_progress', []));
    this.write('response.content_part.added', { content_index: 0, part: textPart('') });
  }

  add(delta: string): void {
    this.text += delta;
    this.writeDelta('response.output_text.delta', TEXT_REST, delta);
  }

  annotate(annotation: JsonObject): void {
    const annotation_index = this.#annotations.push(annotation) - 1;
    const members = { content_index: 0, annotation_index, annotation };
    this.write('response.output_text.annotation.added', members);
  }

  override close(status: ItemStatus): void {
    if (!this.isOpen) return;
    const part = textPart(this.text, this.#annotations);
    this.write('response.output_text.done', { content_index: 0, text: this.text, logprobs: [] });
    this.write('response.content_part.done', { content_index: 0, part });
    this.result = messageItem(this.place.id, status, [part]);
    this.writeItem('done', this.result);
  }
}

/** Reasoning of the model, shown as one summary. */
export class ReasoningOutput extends BaseItem {
  /** Value of `encrypted_content`; undefined: the upstream gives no proof. */
  carrier: string | undefined;

  constructor(place: ItemPlace, writer: EventWriter) {
    super(place, writer);
    const item = { id: place.id, type: 'reasoning', status: 'in_progress', summary: [] };
    this.writeItem('added', item);
    this.write('response.reasoning_summary_part.added', {
      summary_index: 0,
      part: summaryPart(''),
    });
  }

  add(delta: string): void {
    this.text += delta;
    this.writeDelta('response.reasoning_summary_text.delta', '"summary_index":0,', delta);
  }

  override close(): void {
    if (!this.isOpen) return;
    const part = summaryPart(this.text);
    this.write('response.reasoning_summary_text.done', { summary_index: 0, text: this.text });
    this.write('response.reasoning_summary_part.done', { summary_index: 0, part });
    const item = { id: this.place.id, type: 'reasoning', summary: [part] };
    const { carrier } = this;
    this.result = carrier === undefined ? item : { ...item, encrypted_content: carrier };
    this.writeItem('done', { ...item, encrypted_content: carrier ?? '' });
  }
}

/** What the upstream made or ran itself: complete as soon as it is known. */
export class ToolRunOutput extends BaseItem {
  /** `item`: as it stands in the `output` list of the answer. */
  constructor(place: ItemPlace, writer: EventWriter, item: JsonObject) {
    super(place, writer);
    const begun = { ...item, status: 'in_progress' };
    this.writeItem('added', 'result' in item ? { ...begun, result: null } : begun);
    for (const [type, members] of stagesOf(item)) this.write(type, members);
    this.result = item;
    this.writeItem('done', item);
  }

  /** It is closed from the beginning. */
  override close(): void {}
}

/** A call of a tool; the input of a custom one is sent at its end, once it can be unwrapped. */
export class CallOutput extends BaseItem {
  readonly #call: OutputCall;
  /** Stands for arguments that never came. */
  emptyText = '';

  constructor(place: ItemPlace, writer: EventWriter, call: OutputCall) {
    super(place, writer);
    this.#call = call;
    this.writeItem('added', callItem(place.id, 'in_progress', call, ''));
  }

  /** Do the arguments make sense as they are? Custom input always does. */
  get isWhole(): boolean {
    return this.#call.kind === 'custom' || isJson(this.text);
  }

  add(delta: string): void {
    this.text += delta;
    if (this.#call.kind === 'custom' || delta === '') return;
    this.writeDelta('response.function_call_arguments.delta', '', delta);
  }

  /** The upstream says that nothing of it follows. */
  finish(): void {
    this.emptyText = '{}';
    this.close('completed');
  }

  override close(status: ItemStatus): void {
    if (!this.isOpen) return;
    const isCustom = this.#call.kind === 'custom';
    const text = isCustom ? customInput(this.text) : this.text || this.emptyText;
    if (isCustom) this.write('response.custom_tool_call_input.done', { input: text });
    else this.write('response.function_call_arguments.done', { arguments: text });
    this.result = callItem(this.place.id, status, this.#call, text);
    this.writeItem('done', this.result);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

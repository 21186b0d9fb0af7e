/**
 * Canonical events → Responses stream events (translate-openai-claude.md 9.2). The terminal event
 * waits for the end, so that a late usage counts. An answer that broke off inside a call gets none: the
 * caller reports it as broken.
 */
import type { CanonicalEvent, CanonicalUsage, FinishReason } from '../../canonical/events.ts';
import type {
  CodeRunEvent,
  ImageEvent,
  ItemDoneEvent,
  ToolCallEvent,
  WebSearchEvent,
} from '../../canonical/events.ts';
import { mergeUsage } from '../../canonical/usage.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { answerText, isIncomplete } from './answer-text.ts';
import type { ClientTool } from './client-tools.ts';
import { callPrefix, carrierOf } from './encode-items.ts';
import {
  CallOutput,
  MessageOutput,
  ReasoningOutput,
  ToolRunOutput,
  type EventWriter,
  type ItemPlace,
} from './output-item.ts';
import { imageItem, toolRunItem, urlCitation } from './tool-run.ts';

/** What the encoder is told about the turn. */
export interface EncoderOptions {
  /** Model as the client spelled it. */
  model: string;
  /** Unix seconds, for upstreams that tell no time. */
  nowSeconds: number;
  /** The client's request. */
  requestBody: Uint8Array;
  toolOf(name: string): ClientTool;
}

type Output = MessageOutput | ReasoningOutput | CallOutput | ToolRunOutput;

/** Encodes one answer. */
export class ResponsesStreamEncoder {
  readonly #options: EncoderOptions;
  #text = '';
  #sequence = 0;
  #id = '';
  #created: number;
  #started = false;
  #usage: CanonicalUsage | undefined;
  #reason: FinishReason | undefined;
  /** All items by output index; bounded by the decoder's items. */
  readonly #outputs: (Output | undefined)[] = [];
  /** Item number of the decoder → its output; several of one number follow each other. */
  readonly #byItem = new Map<number, Output>();
  /** Item number of a call → output index that it was given before it could be announced. */
  readonly #reserved = new Map<number, number>();
  /** Was the terminal event written? */
  completed = false;

  constructor(options: EncoderOptions) {
    this.#options = options;
    this.#created = options.nowSeconds;
  }

  /** Text to send for one event. */
  write(event: CanonicalEvent): string {
    this.#take(event);
    const text = this.#text;
    this.#text = '';
    return text;
  }

  #take(event: CanonicalEvent): void {
    switch (event.type) {
      case 'start':
        this.#start(event);
        return;
      case 'text':
      case 'refusal':
        this.#message(event.item, event.choice ?? 0).add(event.text);
        return;
      case 'reasoning':
        this.#reasoning(event.item, event.choice ?? 0).add(event.text);
        return;
      case 'item_start':
        if (event.kind === 'tool_call') this.#reserve(event.item, event.choice ?? 0);
        else if (event.kind === 'reasoning') this.#reasoning(event.item, event.choice ?? 0);
        return;
      case 'tool_call':
        this.#call(event);
        return;
      case 'tool_arguments': {
        const call = this.#byItem.get(event.item);
        if (call instanceof CallOutput) call.add(event.text);
        return;
      }
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage);
        return;
      case 'finish':
        if (event.usage !== undefined) this.#usage = mergeUsage(this.#usage, event.usage);
        this.#reason ??= event.reason;
        this.#closeAll(event.choice ?? 0, event.reason);
        return;
      case 'end':
        this.#end();
        return;
      case 'item_done':
        if (event.kind === 'reasoning') this.#reasoningDone(event);
        return;
      case 'tool_call_done': {
        const call = this.#byItem.get(event.item);
        if (call instanceof CallOutput) call.finish();
        return;
      }
      case 'web_search':
      case 'code_run':
        this.#whole(event);
        return;
      case 'image':
        if (!event.partial) this.#whole(event);
        return;
      case 'citation': {
        const message = this.#byItem.get(event.item);
        if (message instanceof MessageOutput && message.isOpen) {
          message.annotate(urlCitation(event));
        }
        return;
      }
      case 'reasoning_part_done':
      case 'verbatim':
        return;
    }
  }

  #start(event: { id?: string; created?: number }): void {
    this.#id = event.id ?? this.#id;
    this.#created = event.created ?? this.#created;
    if (this.#started) return;
    this.#started = true;
    const { model } = this.#options;
    const facts = { id: this.#id, object: 'response', created_at: this.#created };
    const state = { ...facts, status: 'in_progress' };
    this.#writer.event('response.created', {
      response: { ...state, background: false, error: null, output: [], model },
    });
    this.#writer.event('response.in_progress', { response: { ...state, output: [], model } });
  }

  #message(item: number, choice: number): MessageOutput {
    const known = this.#byItem.get(item);
    if (known instanceof MessageOutput && known.isOpen) return known;
    this.#close(choice, ReasoningOutput);
    const place = this.#place('msg', choice);
    return this.#open(item, new MessageOutput(place, this.#writer));
  }

  #reasoning(item: number, choice: number): ReasoningOutput {
    const known = this.#byItem.get(item);
    if (known instanceof ReasoningOutput && known.isOpen) return known;
    this.#close(choice, MessageOutput);
    const place = this.#place('rs', choice);
    return this.#open(item, new ReasoningOutput(place, this.#writer));
  }

  #reasoningDone(event: ItemDoneEvent): void {
    const output = this.#reasoning(event.item, event.choice ?? 0);
    output.carrier = carrierOf(event);
    output.close();
  }

  /** A call takes its index when its first piece arrives, which may be before its name. */
  #reserve(item: number, choice: number): void {
    this.#close(choice, ReasoningOutput);
    this.#close(choice, MessageOutput);
    this.#reserved.set(item, this.#outputs.length);
    this.#outputs.push(undefined);
  }

  #call(event: ToolCallEvent): void {
    const choice = event.choice ?? 0;
    if (!this.#reserved.has(event.item)) this.#reserve(event.item, choice);
    const outputIndex = this.#reserved.get(event.item) ?? this.#outputs.length;
    const tool = this.#options.toolOf(event.name);
    const place = { id: `${callPrefix(tool.kind)}_${event.id}`, outputIndex, choice };
    const call = new CallOutput(place, this.#writer, { ...tool, callId: event.id });
    this.#open(event.item, call).add(event.arguments ?? '');
  }

  /** An item that is complete at once. */
  #whole(event: WebSearchEvent | CodeRunEvent | ImageEvent): void {
    const choice = event.choice ?? 0;
    const item =
      event.type === 'image'
        ? imageItem(this.#place('ig', choice).id, event.url)
        : toolRunItem(event);
    if (item === undefined) return;
    this.#close(choice, ReasoningOutput);
    this.#close(choice, MessageOutput);
    const place = { id: String(item.id), outputIndex: this.#outputs.length, choice };
    this.#open(event.item, new ToolRunOutput(place, this.#writer, item));
  }

  /** Ids name the choice; a second item of the same kind is counted, so that ids stay unique. */
  #place(prefix: string, choice: number): ItemPlace {
    const base = `${prefix}_${this.#id}_${String(choice)}`;
    const count = this.#outputs.filter((output) => output?.place.id.startsWith(base)).length;
    const id = count === 0 ? base : `${base}_${String(count)}`;
    return { id, outputIndex: this.#outputs.length, choice };
  }

  #open<T extends Output>(item: number, output: T): T {
    this.#outputs[output.place.outputIndex] = output;
    this.#byItem.set(item, output);
    return output;
  }

  #close(choice: number, kind: typeof ReasoningOutput | typeof MessageOutput): void {
    for (const output of this.#outputs) {
      if (output instanceof kind && output.place.choice === choice) output.close('completed');
    }
  }

  #closeAll(choice: number | undefined, reason: FinishReason | undefined): void {
    const status = isIncomplete(reason) ? 'incomplete' : 'completed';
    const emptyText = reason === 'tool_calls' || reason === 'stop' ? '{}' : '';
    for (const output of this.#outputs) {
      if (output === undefined || (choice !== undefined && output.place.choice !== choice))
        continue;
      if (output instanceof CallOutput) output.emptyText = emptyText;
      output.close(status);
    }
  }

  #end(): void {
    if (this.completed) return;
    const calls = this.#outputs.filter((output) => output instanceof CallOutput);
    if (this.#reason === undefined && calls.some((call) => call.isOpen && !call.isWhole)) return;
    this.#closeAll(undefined, this.#reason);
    this.completed = true;
    const type = isIncomplete(this.#reason) ? 'response.incomplete' : 'response.completed';
    const response = answerText({
      id: this.#id,
      created: this.#created,
      model: this.#options.model,
      reason: this.#reason,
      output: this.#outputs.flatMap((output): JsonObject[] =>
        output?.result === undefined ? [] : [output.result],
      ),
      usage: this.#usage,
      requestBody: this.#options.requestBody,
    });
    this.#frame(type, `"response":${response}`);
  }

  #frame(type: string, members: string): void {
    this.#sequence += 1;
    const head = `{"type":"${type}","sequence_number":${String(this.#sequence)},`;
    this.#text += `event: ${type}\ndata: ${head}${members}}\n\n`;
  }

  readonly #writer: EventWriter = {
    event: (type, members) => this.#frame(type, JSON.stringify(members).slice(1, -1)),
    text: (type, members) => this.#frame(type, members),
  };
}

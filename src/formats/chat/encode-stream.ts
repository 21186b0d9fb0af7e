/**
 * Canonical events → the text of chat chunks (translate-openai-claude.md 4.4, 10.5). The frame of a
 * chunk is built once per answer; a delta costs one `JSON.stringify` of its text.
 */
import type { CanonicalEvent, CanonicalUsage, FinishEvent } from '../../canonical/events.ts';
import type { ToolCallEvent } from '../../canonical/events.ts';
import { mergeUsage } from '../../canonical/usage.ts';
import type { AnswerDefaults } from './encode-answer.ts';
import { encodeCitation } from './encode-citation.ts';
import { chatFinishReason } from './encode-finish.ts';
import { signedCall } from './google-extensions.ts';
import { encodeChatUsage } from './usage.ts';

const OPEN_CHOICE = ',"finish_reason":null,"native_finish_reason":null}]}\n\n';
const DONE = 'data: [DONE]\n\n';

/** Encodes one answer. */
export class ChatStreamEncoder {
  #id = '';
  #model: string;
  #created: number;
  /** Text up to the delta, for choice 0. */
  #head: string;
  #usage: CanonicalUsage | undefined;
  /** Item of a call → its dense index, per choice. Bounded by the decoder's calls. */
  readonly #callIndex = new Map<string, number>();
  readonly #callCount = new Map<number, number>();

  /** What is shown until the upstream tells its own; some tell no time at all (7.2). */
  constructor({ model, nowSeconds }: AnswerDefaults) {
    this.#model = model;
    this.#created = nowSeconds;
    this.#head = this.#headOf(0);
  }

  /** Text to send for one event; `''` for events chat has no words for. */
  write(event: CanonicalEvent): string {
    switch (event.type) {
      case 'text':
      case 'refusal':
        return this.#delta(event.choice, `{"role":"assistant","content":${quote(event.text)}}`);
      case 'reasoning':
        return event.kind === 'raw' ? '' : this.#reasoning(event.choice, event.text);
      case 'reasoning_part_done':
        return this.#reasoning(event.choice, '\n\n');
      case 'tool_arguments': {
        const index = this.#callIndex.get(callKey(event));
        if (index === undefined) return '';
        const call = `{"index":${String(index)},"function":{"arguments":${quote(event.text)}}}`;
        return this.#delta(event.choice, `{"tool_calls":[${call}]}`);
      }
      case 'tool_call':
        return this.#toolCall(event);
      case 'image':
        return this.#delta(
          event.choice,
          `{"role":"assistant","images":[{"type":"image_url","image_url":{"url":${quote(event.url)}},"index":0}]}`,
        );
      case 'citation':
        return this.#delta(
          event.choice,
          `{"annotations":[${JSON.stringify(encodeCitation(event))}]}`,
        );
      case 'start':
        this.#id = event.id ?? this.#id;
        this.#model = event.model ?? this.#model;
        this.#created = event.created ?? this.#created;
        this.#head = this.#headOf(0);
        return '';
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage);
        return '';
      case 'finish':
        return this.#finish(event);
      case 'end':
        return DONE;
      case 'item_start':
      case 'item_done':
      case 'tool_call_done':
      case 'web_search':
      case 'code_run':
      case 'verbatim':
        return '';
    }
  }

  #reasoning(choice: number | undefined, text: string): string {
    return this.#delta(choice, `{"role":"assistant","reasoning_content":${quote(text)}}`);
  }

  /** The index is dense and counts calls alone. */
  #toolCall(event: ToolCallEvent): string {
    const choice = event.choice ?? 0;
    const index = this.#callCount.get(choice) ?? 0;
    this.#callCount.set(choice, index + 1);
    this.#callIndex.set(callKey(event), index);
    const call = JSON.stringify({
      index,
      id: event.id,
      type: 'function',
      function: { name: event.name, arguments: event.arguments ?? '' },
      ...signedCall(event.signature),
    });
    return this.#delta(choice, `{"role":"assistant","tool_calls":[${call}]}`);
  }

  #finish(event: FinishEvent): string {
    const reason = chatFinishReason(event.reason);
    const native = event.native ?? reason;
    const usage = event.usage === undefined ? this.#usage : mergeUsage(this.#usage, event.usage);
    const counts = usage === undefined ? '' : `,"usage":${JSON.stringify(encodeChatUsage(usage))}`;
    const ends = `,"finish_reason":${quote(reason)},"native_finish_reason":${quote(native)}}]`;
    return `${this.#headFor(event.choice)}{}${ends}${counts}}\n\n`;
  }

  #delta(choice: number | undefined, delta: string): string {
    return this.#headFor(choice) + delta + OPEN_CHOICE;
  }

  #headFor(choice: number | undefined): string {
    return choice === undefined || choice === 0 ? this.#head : this.#headOf(choice);
  }

  #headOf(choice: number): string {
    const facts = JSON.stringify({
      id: this.#id,
      object: 'chat.completion.chunk',
      created: this.#created,
      model: this.#model,
    });
    return `data: ${facts.slice(0, -1)},"choices":[{"index":${String(choice)},"delta":`;
  }
}

const quote = (text: string): string => JSON.stringify(text);

const callKey = (event: { item: number; choice?: number }): string =>
  `${String(event.choice ?? 0)}:${String(event.item)}`;

/**
 * A whole answer, collected from the events of its stream: a non-stream answer is a stream that
 * was collected (design 4). Encoders turn it into the one body of their format.
 */
import type {
  CanonicalEvent,
  CanonicalUsage,
  CitationEvent,
  CodeRunEvent,
  FinishEvent,
  WebSearchEvent,
} from './events.ts';
import type { ToolKind } from './parts.ts';
import { SwitchyardError } from '../errors.ts';
import { mergeUsage } from './usage.ts';

/** Items of one answer; a real one has a few dozen. More than this is refused. */
export const MAX_ANSWER_ITEMS = 10_000;

interface AnswerItemBase {
  item: number;
  choice: number;
}
export interface AnswerText extends AnswerItemBase {
  type: 'text' | 'refusal';
  text: string;
  citations?: CitationEvent[];
}
export interface AnswerReasoning extends AnswerItemBase {
  type: 'reasoning';
  /** Summary, part by part. */
  summary: string[];
  /** The model's own text. */
  raw: string;
  signature?: string;
  redacted?: boolean;
}
export interface AnswerToolCall extends AnswerItemBase {
  type: 'tool_call';
  kind: ToolKind;
  id: string;
  name: string;
  namespace?: string;
  signature?: string;
  arguments: string;
}
export interface AnswerImage extends AnswerItemBase {
  type: 'image';
  url: string;
}
/** What the upstream's own tools did. */
export type AnswerToolRun = (WebSearchEvent | CodeRunEvent) & AnswerItemBase;
export interface AnswerVerbatim extends AnswerItemBase {
  type: 'verbatim';
  value: unknown;
}
/** In the order in which they began. */
export type AnswerItem =
  AnswerText | AnswerReasoning | AnswerToolCall | AnswerImage | AnswerToolRun | AnswerVerbatim;

export interface CanonicalAnswer {
  id?: string;
  model?: string;
  /** Unix seconds. */
  created?: number;
  items: AnswerItem[];
  /** How each choice ended, in the order in which they ended. */
  finishes: FinishEvent[];
  usage?: CanonicalUsage;
}

type ItemOf<T extends AnswerItem['type']> = Extract<AnswerItem, { type: T }>;
type ItemEvent = Extract<CanonicalEvent, { item: number }>;

/** Collects one answer; `add` is an event sink. */
export class AnswerCollector {
  readonly answer: CanonicalAnswer = { items: [], finishes: [] };
  readonly #open = new Map<string, AnswerItem>();
  readonly #closedParts = new Set<AnswerReasoning>();

  /** @throws SwitchyardError `upstream_bad_answer` for more items than an answer may have. */
  add(event: CanonicalEvent): void {
    const { answer } = this;
    switch (event.type) {
      case 'start':
        answer.id = event.id ?? answer.id;
        answer.model = event.model ?? answer.model;
        answer.created = event.created ?? answer.created;
        return;
      case 'usage':
        answer.usage = mergeUsage(answer.usage, event.usage);
        return;
      case 'finish':
        answer.finishes.push(event);
        if (event.usage !== undefined) answer.usage = mergeUsage(answer.usage, event.usage);
        return;
      case 'end':
        return;
      case 'item_start':
      case 'item_done':
      case 'text':
      case 'refusal':
      case 'reasoning':
      case 'reasoning_part_done':
      case 'tool_call':
      case 'tool_arguments':
      case 'tool_call_done':
      case 'image':
      case 'web_search':
      case 'code_run':
      case 'citation':
      case 'verbatim':
        this.#addToItem(event);
    }
  }

  #addToItem(event: ItemEvent): void {
    const place = { item: event.item, choice: event.choice ?? 0 };
    switch (event.type) {
      case 'text':
      case 'refusal':
        this.#find({ ...place, type: event.type, text: '' }).text += event.text;
        return;
      case 'reasoning':
        this.#addReasoning(this.#find(emptyReasoning(place)), event.kind, event.text);
        return;
      case 'reasoning_part_done':
        this.#closedParts.add(this.#find(emptyReasoning(place)));
        return;
      case 'tool_call': {
        const { kind, id, name, namespace, signature } = event;
        const call = { ...place, kind, id, name, namespace, signature, arguments: '' };
        this.#find({ ...call, type: 'tool_call' }).arguments += event.arguments ?? '';
        return;
      }
      case 'tool_arguments': {
        const call = this.#open.get(keyOf('tool_call', place));
        if (call?.type === 'tool_call') call.arguments += event.text;
        return;
      }
      case 'image':
        this.#find({ ...place, type: 'image', url: '' }).url = event.url;
        return;
      case 'web_search':
      case 'code_run':
        this.#keep({ ...event, ...place });
        return;
      case 'citation': {
        const text = this.#open.get(keyOf('text', place));
        if (text?.type === 'text') (text.citations ??= []).push(event);
        return;
      }
      case 'verbatim':
        this.#keep({ ...place, type: 'verbatim', value: event.value });
        return;
      case 'item_done':
        if (event.kind !== 'reasoning' || event.signature === undefined) return;
        Object.assign(this.#find(emptyReasoning(place)), {
          signature: event.signature,
          redacted: event.redacted,
        });
        return;
      case 'item_start':
      case 'tool_call_done':
        return;
    }
  }

  #addReasoning(item: AnswerReasoning, kind: 'summary' | 'raw', text: string): void {
    if (kind === 'raw') {
      item.raw += text;
      return;
    }
    const isNewPart = this.#closedParts.delete(item) || item.summary.length === 0;
    if (isNewPart) item.summary.push(text);
    else item.summary[item.summary.length - 1] += text;
  }

  /** The item of that kind and place, which begins here if there is none. */
  #find<T extends AnswerItem['type']>(fresh: ItemOf<T>): ItemOf<T> {
    const key = keyOf(fresh.type, fresh);
    const known = this.#open.get(key);
    if (known !== undefined) return known as ItemOf<T>;
    this.#open.set(key, fresh);
    this.#keep(fresh);
    return fresh;
  }

  #keep(item: AnswerItem): void {
    if (this.answer.items.length >= MAX_ANSWER_ITEMS) {
      throw new SwitchyardError('upstream_bad_answer', {
        message: `the upstream answer has more than ${String(MAX_ANSWER_ITEMS)} items`,
      });
    }
    this.answer.items.push(item);
  }
}

const keyOf = (type: string, place: AnswerItemBase): string =>
  `${type}:${String(place.choice)}:${String(place.item)}`;

const emptyReasoning = (place: AnswerItemBase): AnswerReasoning => ({
  ...place,
  type: 'reasoning',
  summary: [],
  raw: '',
});

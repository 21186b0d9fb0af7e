/**
 * An answer in the canonical model, as a stream of events. Decoders emit them, encoders and the
 * collector take them. Plain data; one small object per delta. The items of an answer are told
 * apart by `item`, a number that is unique and rising within one answer.
 */
import type { ToolKind, WireFamily } from './parts.ts';

/** Token counts as the upstream gave them, OpenAI meaning: input includes cached tokens. */
export interface CanonicalUsage {
  input?: number;
  output?: number;
  total?: number;
  /** Part of the input that was read from cache. */
  cachedInput?: number;
  /** Part of the input that was written to the cache. */
  cacheWrite?: number;
  /** Part of the output that was reasoning. */
  reasoning?: number;
  /** Searches of the web that the upstream ran. */
  webSearches?: number;
}

/** Why the answer ended, one word for all formats. */
export type FinishReason =
  'stop' | 'length' | 'tool_calls' | 'content_filter' | 'stop_sequence' | 'pause' | 'error';

/** Kind of an item that opens or closes. */
export type ItemKind = 'message' | 'reasoning' | 'tool_call' | 'image' | 'other';

interface OfChoice {
  /** Number of the candidate answer; absent = 0. */
  choice?: number;
}
interface OfItem extends OfChoice {
  item: number;
}

/** First event; may come again when the upstream corrects it. */
export interface StartEvent {
  type: 'start';
  id?: string;
  model?: string;
  /** Unix seconds. */
  created?: number;
}
/** An item opens. Optional: a delta of an unknown item opens it too. */
export interface ItemStartEvent extends OfItem {
  type: 'item_start';
  kind: ItemKind;
  /** Wire id of the item. */
  id?: string;
}
/** An item is complete. `signature` belongs to reasoning items. */
export interface ItemDoneEvent extends OfItem {
  type: 'item_done';
  kind: ItemKind;
  id?: string;
  signature?: string;
  redacted?: boolean;
}
export interface TextEvent extends OfItem {
  type: 'text';
  text: string;
}
export interface RefusalEvent extends OfItem {
  type: 'refusal';
  text: string;
}
export interface ReasoningEvent extends OfItem {
  type: 'reasoning';
  /** `summary`: meant to be shown; `raw`: the model's own text. */
  kind: 'summary' | 'raw';
  text: string;
}
/** One part of the reasoning is complete; another may follow in the same item. */
export interface ReasoningPartDoneEvent extends OfItem {
  type: 'reasoning_part_done';
}
/** A tool call begins: id and name are known, its arguments follow. */
export interface ToolCallEvent extends OfItem {
  type: 'tool_call';
  kind: ToolKind;
  id: string;
  name: string;
  namespace?: string;
  signature?: string;
  /** Whole arguments, when no delta will follow. */
  arguments?: string;
}
export interface ToolArgumentsEvent extends OfItem {
  type: 'tool_arguments';
  text: string;
}
export interface ToolCallDoneEvent extends OfItem {
  type: 'tool_call_done';
  /** The limit of the answer ended it: its arguments are not whole. */
  cut?: true;
}
export interface ImageEvent extends OfItem {
  type: 'image';
  /** `data:` or http URL. */
  url: string;
  /** A later image of the same item replaces this one. */
  partial: boolean;
}
/** A page of the web. */
export interface WebSource {
  url: string;
  /** The address again where the page has no title. */
  title: string;
}
/** A search of the web that the upstream ran itself, and what it found. */
export interface WebSearchEvent extends OfItem {
  type: 'web_search';
  id: string;
  queries: readonly string[];
  /** Undefined: only the search itself is known. */
  results?: readonly WebSource[];
}
/** Text of a message item is founded on a page of the web. */
export interface CitationEvent extends OfItem {
  type: 'citation';
  source: WebSource;
  /** The words of the answer that it is about; `''` if the upstream does not tell. */
  text: string;
  /** Where those words stand in the text of the item, UTF-16 code units. */
  start: number;
  end: number;
}
/** Code that the upstream ran itself, and what came of it. */
export interface CodeRunEvent extends OfItem {
  type: 'code_run';
  id: string;
  code: string;
  /** Undefined: the upstream did not tell. */
  output?: string;
  failed: boolean;
}
/** Usage before the end, e.g. of the input only. A later field replaces an earlier one. */
export interface UsageEvent {
  type: 'usage';
  usage: CanonicalUsage;
}
/** The answer (or one choice of it) ended. */
export interface FinishEvent extends OfChoice {
  type: 'finish';
  reason: FinishReason;
  /** The upstream's own word, if it gave one. */
  native?: string;
  /** The reason in the words of Anthropic's or a chat API, where an upstream tells it beside. */
  stopReason?: string;
  stopSequence?: string;
  usage?: CanonicalUsage;
}
/** Something only one family understands: server tools, citations in Anthropic's words. */
export interface VerbatimEvent extends OfItem {
  type: 'verbatim';
  family: WireFamily;
  value: unknown;
}
/** Nothing follows. */
export interface EndEvent {
  type: 'end';
}

export type CanonicalEvent =
  | StartEvent
  | ItemStartEvent
  | ItemDoneEvent
  | TextEvent
  | RefusalEvent
  | ReasoningEvent
  | ReasoningPartDoneEvent
  | ToolCallEvent
  | ToolArgumentsEvent
  | ToolCallDoneEvent
  | ImageEvent
  | WebSearchEvent
  | CitationEvent
  | CodeRunEvent
  | UsageEvent
  | FinishEvent
  | VerbatimEvent
  | EndEvent;

/** Takes the events of a decoder, in order, without keeping them. */
export type EventSink = (event: CanonicalEvent) => void;

/**
 * Canonical events → the events of a Claude stream (translate-openai-claude.md 6.4, 9.1):
 * `message_start`, the content blocks one after the other, `message_delta`, `message_stop`. What
 * comes while a tool call is open waits for its end.
 */
import type {
  CanonicalEvent,
  CanonicalUsage,
  CitationEvent,
  CodeRunEvent,
  FinishEvent,
  ReasoningEvent,
  StartEvent,
  WebSearchEvent,
} from '../../canonical/events.ts';
import { mergeUsage } from '../../canonical/usage.ts';
import { SwitchyardError } from '../../errors.ts';
import type { StreamEncoder } from '../hub.ts';
import { Blocks, claudeFrame } from './blocks.ts';
import { CallQueue } from './call-queue.ts';
import { claudeStopReason } from './stop-reason.ts';
import { encodeClaudeUsage } from './encode-usage.ts';
import { citationBlock, serverToolBlocks } from './server-tools.ts';

/** Events that wait for a tool call to end; texts of one item count as one. */
export const MAX_HELD_EVENTS = 10_000;

/** What the upstream may not tell. */
export interface ClaudeStreamOptions {
  /** Shown until the upstream names its own. */
  model: string;
  /** Unix seconds, for answers without an id. */
  nowSeconds: number;
  /** Estimate of the input, asked for once: the true count comes with the end (3.3). */
  inputTokens(): number;
}

/** Events about what an answer holds, tool calls apart. */
type ContentEvent = Extract<
  CanonicalEvent,
  {
    type:
      | 'text'
      | 'refusal'
      | 'reasoning'
      | 'reasoning_part_done'
      | 'item_done'
      | 'web_search'
      | 'code_run'
      | 'citation';
  }
>;

/** Encodes one answer. */
export class ClaudeStreamEncoder implements StreamEncoder {
  readonly #options: ClaudeStreamOptions;
  readonly #blocks = new Blocks();
  readonly #calls = new CallQueue(this.#blocks);
  /** Ids of server tools that were told; some upstreams tell one twice. */
  readonly #runs = new Set<string>();
  #held: ContentEvent[] = [];
  #started = false;
  #finish: FinishEvent | undefined;
  #usage: CanonicalUsage | undefined;
  /** A part of the reasoning ended: another one begins behind a blank line. */
  #partEnded = false;
  /** Last item whose reasoning came as a summary; its raw text would say it again. */
  #summarised = -1;

  constructor(options: ClaudeStreamOptions) {
    this.#options = options;
  }

  write(event: CanonicalEvent): string {
    const isOther = 'choice' in event && event.choice !== undefined && event.choice !== 0;
    if (!isOther) this.#take(event);
    return this.#blocks.take();
  }

  #take(event: CanonicalEvent): void {
    switch (event.type) {
      case 'start':
        this.#start(event);
        return;
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage);
        return;
      case 'finish':
        this.#finish = event;
        if (event.usage !== undefined) this.#usage = mergeUsage(this.#usage, event.usage);
        this.#finishContent();
        return;
      case 'end':
        this.#end();
        return;
      case 'tool_call':
        this.#start({ type: 'start' });
        // Claude clients declare functions alone.
        if (event.kind === 'function') this.#calls.add(event);
        return;
      case 'tool_arguments':
        this.#calls.arguments(event.item, event.text);
        return;
      case 'tool_call_done':
        this.#calls.done(event.item, event.cut);
        this.#release();
        return;
      case 'text':
      case 'refusal':
      case 'reasoning':
      case 'reasoning_part_done':
      case 'item_done':
      case 'web_search':
      case 'code_run':
      case 'citation':
        if (this.#calls.busy) this.#hold(event);
        else this.#content(event);
        return;
      case 'item_start':
      case 'image':
      case 'verbatim':
        return;
    }
  }

  #start({ id, model }: StartEvent): void {
    if (this.#started) return;
    this.#started = true;
    this.#blocks.write(
      claudeFrame({
        type: 'message_start',
        message: {
          id: id === undefined || id === '' ? `msg_${String(this.#options.nowSeconds)}` : id,
          type: 'message',
          role: 'assistant',
          model: model ?? this.#options.model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: this.#options.inputTokens(), output_tokens: 0 },
        },
      }),
    );
  }

  #content(event: ContentEvent): void {
    switch (event.type) {
      case 'text':
      case 'refusal':
        if (event.text === '') return;
        this.#open('text', event.item, { type: 'text', text: '' });
        this.#blocks.delta('text_delta', 'text', event.text);
        return;
      case 'reasoning':
        this.#reasoning(event);
        return;
      case 'reasoning_part_done':
        this.#partEnded = true;
        return;
      case 'item_done':
        this.#itemDone(event.item, event.kind === 'reasoning' ? event.signature : undefined);
        return;
      case 'citation':
        this.#citation(event);
        return;
      case 'web_search':
      case 'code_run':
        this.#serverTool(event);
    }
  }

  #open(kind: 'text' | 'thinking', item: number, block: Record<string, unknown>): void {
    if (this.#blocks.isOpen(kind, item)) return;
    this.#start({ type: 'start' });
    this.#blocks.start(kind, item, block);
    this.#partEnded = false;
  }

  #reasoning({ item, kind, text }: ReasoningEvent): void {
    if (text === '') return;
    if (kind === 'summary') this.#summarised = item;
    else if (this.#summarised === item) return;
    this.#open('thinking', item, EMPTY_THINKING);
    if (this.#partEnded) this.#blocks.delta('thinking_delta', 'thinking', '\n\n');
    this.#partEnded = false;
    this.#blocks.delta('thinking_delta', 'thinking', text);
  }

  /** A proof without any text still makes a block: the client has to send it back. */
  #itemDone(item: number, signature: string | undefined): void {
    if (signature !== undefined && signature !== '') {
      this.#open('thinking', item, EMPTY_THINKING);
      this.#blocks.delta('signature_delta', 'signature', signature);
    }
    if (this.#blocks.isOpen('thinking', item) || this.#blocks.isOpen('text', item)) {
      this.#blocks.stop();
    }
  }

  #serverTool(event: WebSearchEvent | CodeRunEvent): void {
    const { id, name, input, result } = serverToolBlocks(event);
    if (this.#runs.has(id)) return;
    this.#runs.add(id);
    this.#start({ type: 'start' });
    const text = Object.keys(input).length === 0 ? undefined : JSON.stringify(input);
    this.#blocks.whole({ type: 'server_tool_use', id, name, input: {} }, text);
    if (result !== undefined) this.#blocks.whole(result);
  }

  /** Belongs to a text that is still open; a later one has no place. */
  #citation(event: CitationEvent): void {
    if (this.#blocks.isOpen('text', event.item)) this.#blocks.citation(citationBlock(event));
  }

  /** Keeps an event until no call is open; texts of one item are put together. */
  #hold(event: ContentEvent): void {
    if ('text' in event) this.#calls.wait(event.text.length);
    const last = this.#held.at(-1);
    if (last?.type === 'text' && event.type === 'text' && last.item === event.item) {
      this.#held[this.#held.length - 1] = { ...last, text: last.text + event.text };
      return;
    }
    if (this.#held.length >= MAX_HELD_EVENTS) {
      throw new SwitchyardError('upstream_bad_answer', {
        message: `the upstream sent more than ${String(MAX_HELD_EVENTS)} events amid a call`,
      });
    }
    this.#held.push(event);
  }

  #release(): void {
    if (this.#calls.busy || this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.#content(event);
  }

  #finishContent(): void {
    this.#calls.finish();
    this.#release();
    this.#blocks.stop();
  }

  #end(): void {
    if (!this.#started && this.#finish === undefined) throw noAnswer();
    this.#start({ type: 'start' });
    this.#finishContent();
    this.#blocks.write(
      claudeFrame({
        type: 'message_delta',
        delta: {
          stop_reason: claudeStopReason(this.#finish, this.#calls),
          stop_sequence: this.#finish?.stopSequence ?? null,
        },
        usage: encodeClaudeUsage(this.#usage),
      }),
    );
    this.#blocks.write(claudeFrame({ type: 'message_stop' }));
  }
}

const EMPTY_THINKING = { type: 'thinking', thinking: '' };

/** The stream was whole, but held no answer: an empty message would end the client's turn. */
const noAnswer = (): SwitchyardError =>
  new SwitchyardError('upstream_incomplete_stream', {
    status: 502,
    message: 'upstream stream closed before the answer began',
  });

/**
 * Answers of Anthropic → canonical events (translate-openai-claude.md 7.2, 8.5). Failure events never
 * come here. Neighbouring text blocks are one item, as clients of other formats expect.
 */
import type { CanonicalEvent, EventSink, WebSource } from '../../canonical/events.ts';
import { MAX_ANSWER_ITEMS } from '../../canonical/answer.ts';
import {
  arrayOf,
  isObject,
  numberOf,
  objectOf,
  stringOf,
  textOf,
  type JsonObject,
} from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import type { UpstreamDecoder } from '../hub.ts';
import type { SseEvent } from '../format.ts';
import { decodeStopReason } from './decode-finish.ts';
import { ServerRuns, sourceOf } from './decode-server-tools.ts';
import { canonicalUsage, withCounts, type ClaudeCounts } from './decode-usage.ts';

/** A content block that is open. */
interface Block {
  type: unknown;
  item: number;
  /** The proof of a thinking block, as far as it came. */
  signature: string;
  /** Input that a call brought at once. */
  input: unknown;
  /** Did text of the input arrive? */
  hasText: boolean;
  /** Id of a server tool's call. */
  run: string;
  /** Its text, and where that begins in the item, UTF-16 code units. */
  text: string;
  start: number;
  /** Pages that its text is founded on. */
  sources: WebSource[];
}

/** Bytes of shown reasoning that count as one token, where nobody tells the count (13, Q18). */
const BYTES_PER_TOKEN = 4;

/** Decodes one answer. */
export class ClaudeStreamDecoder implements UpstreamDecoder {
  readonly #emit: EventSink;
  readonly #estimates: boolean;
  readonly #blocks = new Map<number, Block>();
  #items = 0;
  readonly #runs = new ServerRuns();
  /** Item of the last text block, while nothing else followed it. */
  #textItem: number | undefined;
  /** Text of that item so far, UTF-16 code units. */
  #textLength = 0;
  #counts: ClaudeCounts = {};
  #reasoningBytes = 0;
  #finished = false;

  /** `estimates`: tell the tokens of the reasoning, which Anthropic does not. */
  constructor(emit: EventSink, estimates = false) {
    this.#emit = emit;
    this.#estimates = estimates;
  }

  /** @throws SwitchyardError `upstream_bad_answer` for too many blocks. */
  onEvent({ json }: SseEvent): void {
    const event = objectOf(json);
    switch (event.type) {
      case 'content_block_delta':
        this.#delta(this.#blocks.get(indexOf(event)), objectOf(event.delta));
        return;
      case 'content_block_start':
        this.#open(indexOf(event), objectOf(event.content_block));
        return;
      case 'content_block_stop':
        this.#close(indexOf(event));
        return;
      case 'message_start':
        this.#start(objectOf(event.message));
        return;
      case 'message_delta':
        this.#counts = withCounts(this.#counts, event.usage);
        if (isObject(event.delta)) this.#finish(event.delta, true);
        return;
      case 'message_stop':
        this.#finish({}, false);
        this.#emit({ type: 'end' });
    }
  }

  onBody(answer: JsonObject): void {
    this.#start(answer);
    for (const [index, value] of arrayOf(answer.content).entries()) {
      this.#open(index, objectOf(value));
      this.#close(index);
    }
    this.#finish(answer, false);
    this.#emit({ type: 'end' });
  }

  onEnd(): void {
    if (!this.#finished) {
      throw new SwitchyardError('upstream_incomplete_stream', {
        status: 502,
        message: 'upstream stream response ended before message completion',
      });
    }
    this.#emit({ type: 'end' });
  }

  #start(message: JsonObject): void {
    this.#counts = withCounts(this.#counts, message.usage);
    this.#emit({ type: 'start', id: stringOf(message.id), model: stringOf(message.model) });
    if (isObject(message.usage)) this.#emit({ type: 'usage', usage: this.#usage() });
  }

  #open(index: number, content: JsonObject): void {
    const { type } = content;
    const isText = type === 'text';
    if (this.#textItem === undefined) this.#textLength = 0;
    const item = isText && this.#textItem !== undefined ? this.#textItem : this.#newItem();
    this.#textItem = isText ? item : undefined;
    const block: Block = {
      ...{ type, item, signature: '', input: content.input, hasText: false },
      ...{ run: textOf(content.id), text: '', start: this.#textLength, sources: [] },
    };
    this.#blocks.set(index, block);
    if (isText) {
      this.#text(block, textOf(content.text));
      for (const citation of arrayOf(content.citations)) this.#citation(block, citation);
    } else if (type === 'tool_use') {
      const [id, name] = [textOf(content.id), textOf(content.name)];
      this.#emit({ type: 'tool_call', item, kind: 'function', id, name });
    } else if (type === 'thinking') {
      this.#emit({ type: 'item_start', item, kind: 'reasoning' });
      this.#reasoning(block, textOf(content.thinking));
      block.signature = textOf(content.signature);
    } else if (type === 'redacted_thinking') {
      block.signature = textOf(content.data);
      this.#emit({ type: 'item_start', item, kind: 'reasoning' });
    } else this.#serverTool(item, content);
  }

  /** What the upstream ran itself; blocks that only Anthropic knows stay as they are. */
  #serverTool(item: number, content: JsonObject): void {
    if (this.#runs.open(content)) return;
    const run = this.#runs.result(content);
    if (run !== undefined) this.#emit({ ...run, item });
    else this.#emit({ type: 'verbatim', item, family: 'claude', value: content });
  }

  /** A page of the web is told when the text that it stands behind is whole. */
  #citation(block: Block, citation: unknown): void {
    const sources = sourceOf(citation);
    block.sources.push(...sources);
    if (sources.length > 0) return;
    const value = { type: 'citations_delta', citation };
    this.#emit({ type: 'verbatim', item: block.item, family: 'claude', value });
  }

  #delta(block: Block | undefined, delta: JsonObject): void {
    if (block === undefined) return;
    switch (delta.type) {
      case 'text_delta':
        this.#text(block, textOf(delta.text));
        return;
      case 'thinking_delta':
        this.#reasoning(block, textOf(delta.thinking));
        return;
      case 'signature_delta':
        block.signature += textOf(delta.signature);
        return;
      case 'input_json_delta':
        if (block.type === 'tool_use') this.#arguments(block, textOf(delta.partial_json));
        else this.#runs.input(block.run, textOf(delta.partial_json));
        return;
      case 'citations_delta':
        this.#citation(block, delta.citation);
    }
  }

  #close(index: number): void {
    const block = this.#blocks.get(index);
    if (block === undefined) return;
    this.#blocks.delete(index);
    const { item, type } = block;
    if (type === 'tool_use') {
      if (!block.hasText) this.#arguments(block, JSON.stringify(objectOf(block.input)));
      this.#emit({ type: 'tool_call_done', item });
    } else if (type === 'thinking' || type === 'redacted_thinking') {
      const redacted = type === 'redacted_thinking';
      const { signature } = block;
      this.#emit({ type: 'item_done', item, kind: 'reasoning', signature, redacted });
    } else if (block.sources.length > 0) this.#cite(block);
  }

  #cite({ item, start, sources, text }: Block): void {
    const end = start + text.length;
    for (const source of sources) {
      this.#emit({ type: 'citation', item, source, text, start, end });
    }
  }

  #text(block: Block, text: string): void {
    if (text === '') return;
    this.#textLength += text.length;
    block.text += text;
    this.#emit({ type: 'text', item: block.item, text });
  }

  #reasoning(block: Block, text: string): void {
    if (text === '') return;
    if (this.#estimates) this.#reasoningBytes += Buffer.byteLength(text);
    this.#emit({ type: 'reasoning', item: block.item, kind: 'summary', text });
  }

  #arguments(block: Block, text: string): void {
    if (text === '') return;
    block.hasText = true;
    this.#emit({ type: 'tool_arguments', item: block.item, text });
  }

  /** The end comes with a reason; without one the last event of the stream is the end. */
  #finish(delta: JsonObject, needsReason: boolean): void {
    const { stop_reason: native, stop_sequence } = delta;
    if (this.#finished || (needsReason && typeof native !== 'string')) return;
    this.#finished = true;
    const finish: CanonicalEvent = {
      type: 'finish',
      reason: decodeStopReason(native),
      native: stringOf(native),
      stopSequence: stringOf(stop_sequence),
      usage: this.#usage(),
    };
    this.#emit(finish);
  }

  #usage() {
    const usage = canonicalUsage(this.#counts);
    if (!this.#estimates) return usage;
    return { ...usage, reasoning: Math.floor(this.#reasoningBytes / BYTES_PER_TOKEN) };
  }

  #newItem(): number {
    if (this.#items >= MAX_ANSWER_ITEMS) {
      throw new SwitchyardError('upstream_bad_answer', {
        message: `the upstream answer has more than ${String(MAX_ANSWER_ITEMS)} items`,
      });
    }
    this.#items += 1;
    return this.#items - 1;
  }
}

const indexOf = (event: JsonObject): number => numberOf(event.index) ?? 0;

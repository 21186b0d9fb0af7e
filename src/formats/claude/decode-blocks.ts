/**
 * Content blocks of Anthropic → items of the answer (translate-openai-claude.md 7.2). Neighbouring
 * text blocks are one item, as clients of other formats expect.
 */
import { MAX_ANSWER_ITEMS } from '../../canonical/answer.ts';
import { arrayOf, objectOf, textOf, type JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import { ServerRuns, sourceOf } from './decode-server-tools.ts';
import type { EventSink, WebSource } from '../../canonical/events.ts';

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

/** Decodes the content of one answer. */
export class BlockDecoder {
  /** Shown reasoning so far, bytes. */
  reasoningBytes = 0;
  readonly #emit: EventSink;
  readonly #blocks = new Map<number, Block>();
  #items = 0;
  readonly #runs = new ServerRuns();
  /** Item of the last text block, while nothing else followed it. */
  #textItem: number | undefined;
  /** Text of that item so far, UTF-16 code units. */
  #textLength = 0;

  constructor(emit: EventSink) {
    this.#emit = emit;
  }

  /** @throws SwitchyardError `upstream_bad_answer` for too many blocks. */
  open(index: number, content: JsonObject): void {
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

  delta(index: number, delta: JsonObject): void {
    const block = this.#blocks.get(index);
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

  close(index: number): void {
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

  /** The answer ends: what was begun and has no result yet is told as far as it is known. */
  finish(): void {
    for (const run of this.#runs.unfinished()) this.#emit({ ...run, item: this.#newItem() });
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
    this.reasoningBytes += Buffer.byteLength(text);
    this.#emit({ type: 'reasoning', item: block.item, kind: 'summary', text });
  }

  #arguments(block: Block, text: string): void {
    if (text === '') return;
    block.hasText = true;
    this.#emit({ type: 'tool_arguments', item: block.item, text });
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

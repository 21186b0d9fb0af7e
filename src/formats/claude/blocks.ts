/**
 * The content blocks of a Claude stream as text: at most one is open at a time, each has the next
 * index (translate-openai-claude.md 2.4). A delta costs one `JSON.stringify` of its text.
 */
import type { JsonObject } from '../../canonical/value.ts';

/** Kinds of blocks that are filled by deltas of canonical events. */
export type BlockKind = 'text' | 'thinking' | 'tool';

interface OpenBlock {
  kind: BlockKind;
  /** Canonical item it shows. */
  item: number;
}

/** One frame. */
export function claudeFrame(data: JsonObject & { type: string }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Writes blocks; {@link take} gives what was written since the last time. */
export class Blocks {
  #text = '';
  #index = -1;
  #open: OpenBlock | undefined;

  isOpen(kind: BlockKind, item: number): boolean {
    return this.#open?.kind === kind && this.#open.item === item;
  }

  /** Frames that are no blocks. */
  write(text: string): void {
    this.#text += text;
  }

  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  /** Opens a block; the one that is open ends. */
  start(kind: BlockKind, item: number, block: JsonObject): void {
    this.stop();
    this.#begin(block);
    this.#open = { kind, item };
  }

  /** Ends the open block, if there is one. */
  stop(): void {
    if (this.#open === undefined) return;
    this.#open = undefined;
    this.#end();
  }

  /** Deltas of the open block. */
  delta(type: string, member: string, text: string): void {
    const delta = `{"type":"${type}","${member}":${JSON.stringify(text)}}`;
    this.#text +=
      'event: content_block_delta\ndata: {"type":"content_block_delta",' +
      `"index":${String(this.#index)},"delta":${delta}}\n\n`;
  }

  /** Another citation of the open text block. */
  citation(citation: JsonObject): void {
    const delta = { type: 'citations_delta', citation };
    this.#text += claudeFrame({ type: 'content_block_delta', index: this.#index, delta });
  }

  /** A block that is complete at once; `input` is the JSON text of a tool's input. */
  whole(block: JsonObject, input?: string): void {
    this.stop();
    this.#begin(block);
    if (input !== undefined) this.delta('input_json_delta', 'partial_json', input);
    this.#end();
  }

  #begin(block: JsonObject): void {
    this.#index += 1;
    this.#text += claudeFrame({
      type: 'content_block_start',
      index: this.#index,
      content_block: block,
    });
  }

  #end(): void {
    this.#text += claudeFrame({ type: 'content_block_stop', index: this.#index });
  }
}

/**
 * The answer as the host sends it, event-stream text cut anywhere, turned into the frames of a
 * WebSocket: the JSON of each event (codex.md 3.9). Runs for every event, so only those are parsed
 * that say what the answer holds.
 */
import { isObject, objectOf, type JsonObject } from '../../canonical/value.ts';
import { OutputRepair } from '../../formats/codex/output-repair.ts';

const ITEM_DONE = '"response.output_item.done"';
const OPEN_BRACE = 0x7b;

/** Ends of an answer; nothing follows. */
const ENDS = ['response.completed', 'response.done', 'response.incomplete', 'response.failed'];
const TERMINAL: ReadonlySet<unknown> = new Set([...ENDS, 'response.error', 'error']);

/** Cheap first look: texts that every terminal event has in its first bytes. */
const MAYBE_TERMINAL = /"(response\.(completed|done|incomplete|failed|error)|error)"/;

/** The event's type stands in front in all known upstreams; a late one is found by the parser. */
const TYPE_WINDOW = 256;

/** One answer. */
export class AnswerFrames {
  readonly #decoder = new TextDecoder();
  readonly #items = new OutputRepair();
  #rest = '';
  #terminal = false;
  #completed = false;
  #response: JsonObject | undefined;

  /** The terminal event was seen: the client knows how the answer ended. */
  get terminal(): boolean {
    return this.#terminal;
  }

  /** The answer is whole. */
  get completed(): boolean {
    return this.#completed;
  }

  /** Id of the whole answer. */
  get responseId(): string | undefined {
    const id = this.#response?.id;
    return typeof id === 'string' ? id : undefined;
  }

  /** Items of the whole answer. */
  get output(): JsonObject[] {
    return this.#response === undefined ? [] : this.#items.repaired(this.#response);
  }

  /** The frames that are whole now. */
  push(bytes: Uint8Array): string[] {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    const frames: string[] = [];
    let start = 0;
    for (;;) {
      const end = text.indexOf('\n\n', start);
      if (end < 0) break;
      const frame = this.#terminal ? undefined : this.#take(dataOf(text.slice(start, end)));
      if (frame !== undefined) frames.push(frame);
      start = end + 2;
    }
    this.#rest = text.slice(start);
    return frames;
  }

  #take(data: string): string | undefined {
    if (data.charCodeAt(0) !== OPEN_BRACE) return undefined;
    const head = data.slice(0, TYPE_WINDOW);
    if (head.includes(ITEM_DONE)) this.#collect(data);
    else if (MAYBE_TERMINAL.test(head)) return this.#end(data);
    return data;
  }

  #collect(data: string): void {
    const event = parsed(data);
    if (event !== undefined) this.#items.add(event);
  }

  /** The last event, with the calls as they were when each was done. */
  #end(data: string): string {
    const event = parsed(data);
    if (event === undefined || !TERMINAL.has(event.type)) return data;
    this.#terminal = true;
    if (event.type !== 'response.completed' && event.type !== 'response.done') return data;
    this.#completed = true;
    this.#response = objectOf(event.response);
    return data;
  }
}

/** Joined `data:` lines of one event; `''` for comments. */
function dataOf(event: string): string {
  const at = event.startsWith('data:') ? 0 : event.indexOf('\ndata:') + 1;
  if (at === 0 && !event.startsWith('data:')) return '';
  const only = event.slice(at);
  if (!only.includes('\n')) return valueOf(only);
  const lines = event.split('\n').filter((line) => line.startsWith('data:'));
  return lines.map(valueOf).join('\n');
}

const valueOf = (line: string): string => line.slice(line.charCodeAt(5) === 0x20 ? 6 : 5);

function parsed(data: string): JsonObject | undefined {
  try {
    const value = JSON.parse(data) as unknown;
    return isObject(value) ? value : undefined;
  } catch {
    // The host has checked every event; a text that is none is handed on and means nothing here.
    return undefined;
  }
}

/**
 * The answer as the host sends it, event-stream text cut anywhere, turned into the frames of a
 * WebSocket: the JSON of each event (codex.md 3.9). The host has checked that it is JSON, so only
 * those events are parsed that say what the answer holds: this runs for every one of a stream.
 */
import { fieldValue, SseSplitter } from '../../formats/sse/splitter.ts';
import { isObject, type JsonObject } from '../../canonical/value.ts';
import { TurnOutput } from './turn-output.ts';

const OPEN_BRACE = 0x7b;
const DATA = 'data:';

const ITEM_DONE = 'response.output_item.done';
/** An answer that reached a limit is cut, but the model said it: the next turn stands on it too. */
const SAID: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.done',
  'response.incomplete',
]);

/** Nothing follows these. */
const TERMINAL: ReadonlySet<unknown> = new Set([
  ...SAID,
  'response.failed',
  'response.error',
  'error',
]);

/** How every known upstream, and Switchyard itself, begins an event. */
const TYPE_FIRST = '{"type":"';

/** An event that begins otherwise, and may be one of those that matter. */
const MAY_MATTER =
  /"(?:response\.(?:output_item\.done|completed|done|incomplete|failed|error)|error)"/;

/** One answer. */
export class AnswerFrames {
  readonly #splitter = new SseSplitter((event) => this.#take(event));
  readonly #output = new TurnOutput();
  #frames: string[] = [];
  #terminal = false;
  #responseId: string | undefined;
  #items: readonly JsonObject[] = [];

  /** The terminal event was seen: the client knows how the answer ended. */
  get terminal(): boolean {
    return this.#terminal;
  }

  /** Id of the answer. */
  get responseId(): string | undefined {
    return this.#responseId;
  }

  /** Items of the answer; none before its end, or when it failed. */
  get output(): readonly JsonObject[] {
    return this.#items;
  }

  /**
   * The frames that are whole now.
   * @throws SwitchyardError `upstream_bad_answer` for an endless event.
   */
  push(bytes: Uint8Array): string[] {
    this.#splitter.push(bytes);
    const frames = this.#frames;
    if (frames.length > 0) this.#frames = [];
    return frames;
  }

  #take(event: string): void {
    if (this.#terminal) return;
    const data = dataOf(event);
    if (data.charCodeAt(0) !== OPEN_BRACE) return;
    const type = typeOf(data);
    if (type === ITEM_DONE) this.#output.add(parsed(data));
    this.#frames.push(TERMINAL.has(type) ? this.#end(data, type) : data);
  }

  #end(data: string, type: unknown): string {
    this.#terminal = true;
    if (!SAID.has(type)) return data;
    const event = parsed(data);
    const { response } = event;
    if (!isObject(response)) return data;
    if (typeof response.id === 'string') this.#responseId = response.id;
    const { items, changed } = this.#output.settled(response);
    this.#items = items;
    if (!changed) return data;
    return JSON.stringify({ ...event, response: { ...response, output: items } });
  }
}

/** The `data:` lines of one event, joined; `''` for comments. */
function dataOf(event: string): string {
  // Nearly all events are `data:`, or `event:` and `data:`: no list of lines for those.
  const at = event.startsWith('event:') ? event.indexOf('\n') + 1 : 0;
  if (event.startsWith(DATA, at) && !event.includes('\n', at)) {
    return fieldValue(at === 0 ? event : event.slice(at), DATA.length).trimStart();
  }
  const lines = event.split('\n').filter((line) => line.startsWith(DATA));
  return lines
    .map((line) => fieldValue(line, DATA.length))
    .join('\n')
    .trimStart();
}

function typeOf(data: string): unknown {
  if (data.startsWith(TYPE_FIRST)) {
    return data.slice(TYPE_FIRST.length, data.indexOf('"', TYPE_FIRST.length));
  }
  return MAY_MATTER.test(data) ? parsed(data).type : undefined;
}

function parsed(data: string): JsonObject {
  try {
    const value = JSON.parse(data) as unknown;
    return isObject(value) ? value : {};
  } catch {
    // The host has checked every event; a text that is none is handed on and means nothing here.
    return {};
  }
}

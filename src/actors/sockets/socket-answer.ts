/**
 * The answer to one turn over a socket, on its way to who reads it. Frames about the account wait
 * until the answer begins, and reach only clients that came on a WebSocket themselves.
 */
import { isPrivate, withStandardEnd } from './frames.ts';
import { OutputRepair } from '../../formats/codex/output-repair.ts';
import type { JsonObject } from '../../canonical/value.ts';
import type { SseEvent } from '../../formats/format.ts';
import type { SwitchyardError } from '../../errors.ts';
import type { UpstreamHandler } from '../../upstream/types.ts';

/** Private frames that wait for the answer's first event; real upstreams send one or two. */
export const MAX_HELD_FRAMES = 16;

/** Reads the answer; `UpstreamAnswer` is the real one. */
export interface SocketSink extends UpstreamHandler {
  onEvent(event: SseEvent): void;
  /** Ends the answer with an error that concerns this turn only. */
  refuse(error: SwitchyardError): void;
  readonly outcome: 'open' | 'done' | 'failed';
}

/** See the head of the file. */
export class SocketAnswer {
  readonly #sink: SocketSink;
  readonly #onPrivate: (event: SseEvent) => void;
  readonly #toSocket: boolean;
  readonly #output = new OutputRepair();
  #held: SseEvent[] = [];
  #begun = false;

  /** `toSocket`: the client came on a WebSocket. */
  constructor(sink: SocketSink, toSocket: boolean, onPrivate: (event: SseEvent) => void) {
    this.#sink = sink;
    this.#toSocket = toSocket;
    this.#onPrivate = onPrivate;
  }

  /** Something of the answer was handed on: the turn can not be repeated. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Takes a private frame that comes before the answer. */
  hold(event: SseEvent): void {
    this.#onPrivate(event);
    if (this.#toSocket && this.#held.length < MAX_HELD_FRAMES) this.#held.push(event);
  }

  /** The turn goes to another socket, which sends such frames again. */
  dropHeld(): void {
    this.#held = [];
  }

  /** Hands an event on. `headers`: of the handshake, where it was made for this turn. */
  take(event: SseEvent & { json: JsonObject }, headers: string[]): void {
    const sink = this.#sink;
    if (!this.#begun) {
      this.#begun = true;
      sink.onHead(200, headers);
      if (!isFailed(event)) for (const held of this.#held) sink.onEvent(held);
      this.#held = [];
    } else if (isPrivate(event)) {
      this.#onPrivate(event);
      if (!this.#toSocket) return;
    }
    if (event.event === 'response.output_item.done') this.#output.add(event.json);
    sink.onEvent(this.#toSocket ? event : withStandardEnd(event));
  }

  /** The finished items of the answer that this `response` ends. */
  output(response: JsonObject): JsonObject[] {
    return this.#output.repaired(response);
  }
}

const isFailed = ({ event }: SseEvent): boolean => event === 'error' || event === 'response.failed';

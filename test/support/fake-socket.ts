/** One accepted socket of the fake upstream, and one turn on it. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { responsesTurn, type TurnOptions } from './turns.ts';
import type { Handshake } from './fake-socket-upstream.ts';

/** The upstream's end of a WebSocket. */
export class FakeSocket {
  readonly index: number;
  readonly handshake: Handshake;
  readonly frames: Record<string, unknown>[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  /** A turn was asked and has no terminal event yet. */
  running = false;
  /** The last answer that was given here. */
  lastId: string | undefined;
  /** Pongs that came back. */
  pongs = 0;
  readonly #client: WebSocket;
  readonly #connection: Socket;

  constructor(index: number, handshake: Handshake, client: WebSocket, connection: Socket) {
    this.index = index;
    this.handshake = handshake;
    this.#client = client;
    this.#connection = connection;
    client.on('pong', () => (this.pongs += 1));
    // A cut connection is what many tests are about; `closed` tells of it.
    client.on('error', () => undefined);
    this.closed = once(client, 'close').then(([code, reason]) => ({
      code: code as number,
      reason: String(reason),
    }));
  }

  get open(): boolean {
    return this.#client.readyState === this.#client.OPEN;
  }

  send(json: unknown): void {
    this.#client.send(JSON.stringify(json));
  }

  sendRaw(text: string): void {
    this.#client.send(text);
  }

  sendBinary(bytes: Uint8Array): void {
    this.#client.send(bytes, { binary: true });
  }

  ping(): void {
    this.#client.ping();
  }

  close(code: number, reason = ''): void {
    this.#client.close(code, reason);
  }

  /** Ends the TCP connection without a close frame. */
  terminate(): void {
    this.#client.terminate();
  }

  /** Cuts with RST. */
  reset(): void {
    this.#connection.resetAndDestroy();
  }

  /** Bytes past the WebSocket layer. */
  garbage(bytes: string | Uint8Array): void {
    this.#connection.write(bytes);
  }

  /** Stops or starts reading what the proxy sends. */
  setPaused(paused: boolean): void {
    if (paused) this.#client.pause();
    else this.#client.resume();
  }
}

/** One turn that the proxy asked. */
export class FakeSocketTurn {
  readonly index: number;
  readonly socket: FakeSocket;
  readonly raw: Buffer;
  readonly frame: Record<string, unknown>;
  /** Id of its answer, with the prefix. */
  readonly id: string;
  readonly #bareId: string;

  constructor(index: number, socket: FakeSocket, raw: Buffer, nextId: () => string) {
    this.index = index;
    this.socket = socket;
    this.raw = raw;
    this.frame = JSON.parse(raw.toString('utf8')) as Record<string, unknown>;
    this.#bareId = nextId();
    this.id = `resp_${this.#bareId}`;
  }

  /** Items of the input. */
  get input(): Record<string, unknown>[] {
    const { input } = this.frame;
    return Array.isArray(input) ? (input as Record<string, unknown>[]) : [];
  }

  /** A whole answer; a warm-up gets one without output. */
  answer(options: TurnOptions = {}): void {
    const events = this.events(options);
    for (const event of this.frame['generate'] === false ? warmUp(events) : events) {
      this.event(event);
    }
  }

  /** Events of a whole answer, for tests that send them one by one. */
  events(options: TurnOptions = {}): Record<string, unknown>[] {
    return responsesTurn({ id: this.#bareId, ...options });
  }

  event(json: Record<string, unknown>): void {
    if (TERMINAL.has(json['type'])) this.#end(json);
    this.socket.send(json);
  }

  /** The first event only. */
  created(): void {
    this.event(this.events()[0] ?? {});
  }

  delta(text: string): void {
    this.event({ type: 'response.output_text.delta', item_id: 'm', output_index: 0, delta: text });
  }

  /** The last event only. */
  completed(options: TurnOptions = {}): void {
    this.event(this.events(options).at(-1) ?? {});
  }

  /** Ends the turn with this frame, whatever its type. */
  fail(json: Record<string, unknown>): void {
    this.#end(json);
    this.socket.send(json);
  }

  notFound(previous: string): void {
    this.fail({
      type: 'error',
      status: 400,
      error: {
        type: 'invalid_request_error',
        code: 'previous_response_not_found',
        message: `Previous response with id '${previous}' not found.`,
        param: 'previous_response_id',
      },
    });
  }

  #end(json: Record<string, unknown>): void {
    this.socket.running = false;
    const whole = json['type'] === 'response.completed' || json['type'] === 'response.done';
    const response = json['response'] as { id?: string } | undefined;
    this.socket.lastId = whole ? response?.id : undefined;
  }
}

const TERMINAL: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.done',
  'response.incomplete',
  'response.failed',
  'error',
]);

function warmUp(events: Record<string, unknown>[]): Record<string, unknown>[] {
  const [created] = events;
  const last = events.at(-1);
  if (created === undefined || last === undefined) return [];
  return [created, { ...last, response: { ...(last['response'] as object), output: [] } }];
}

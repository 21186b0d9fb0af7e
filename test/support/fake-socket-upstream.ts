/**
 * A scripted Codex upstream that speaks WebSocket beside HTTP on one real socket. Tests decide frame
 * by frame what comes back; the rules of the real protocol are kept: one turn at a time, and an
 * answer can be continued only on the socket that gave it.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { FakeSocket, FakeSocketTurn } from './fake-socket.ts';
import { ScriptedUpstream, type UpstreamHandler, type UpstreamRecord } from './fake-upstream.ts';
import type { Cleanup } from './temp.ts';

/** The head of an upgrade request. */
export interface Handshake {
  /** 0 for the first handshake of this upstream. */
  readonly index: number;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly rawHeaders: string[];
}

/** What becomes of a handshake. */
export type UpgradeDecision =
  | 'accept'
  | { accept: true; headers?: Record<string, string> }
  | { status: number; body?: string; headers?: Record<string, string> }
  | 'reset'
  | 'hang';

export type SocketTurnHandler = (turn: FakeSocketTurn) => void | Promise<void>;

/** Scripts; all have defaults that answer like a healthy upstream. */
export interface FakeSocketOptions {
  onTurn?: SocketTurnHandler;
  onUpgrade?: (handshake: Handshake) => UpgradeDecision;
  onHttp?: UpstreamHandler;
  /** Answer a `previous_response_id` of another socket with an error; default true. */
  checksPrevious?: boolean;
}

/** A running upstream. */
export class FakeSocketUpstream {
  readonly sockets: FakeSocket[] = [];
  readonly handshakes: Handshake[] = [];
  readonly turns: FakeSocketTurn[] = [];
  onTurn: SocketTurnHandler;
  onUpgrade: (handshake: Handshake) => UpgradeDecision;
  readonly #checksPrevious: boolean;
  readonly #websockets = new WebSocketServer({ noServer: true, maxPayload: 256 * 1024 * 1024 });
  readonly #plain: ScriptedUpstream;
  #responses = 0;

  constructor(options: FakeSocketOptions) {
    this.onTurn = options.onTurn ?? ((turn) => turn.answer());
    this.onUpgrade = options.onUpgrade ?? (() => 'accept');
    this.#checksPrevious = options.checksPrevious ?? true;
    this.#plain = new ScriptedUpstream(options.onHttp ?? ((call) => call.turn()), {});
    this.#plain.server.on('upgrade', (message, socket, head) =>
      this.#upgrade(message, socket as Socket, head),
    );
  }

  get origin(): string {
    return this.#plain.origin;
  }

  get port(): number {
    return this.#plain.port;
  }

  /** Requests over HTTP. */
  get http(): UpstreamRecord[] {
    return this.#plain.requests;
  }

  /** Script of the HTTP side, from the next request on. */
  set onHttp(handler: UpstreamHandler) {
    this.#plain.handler = handler;
  }

  /** What handlers threw, and breaches of the protocol by the proxy. */
  get failures(): unknown[] {
    return this.#plain.failures;
  }

  get openSockets(): number {
    return this.sockets.filter((socket) => socket.open).length;
  }

  /** Id of the next answer; unique over all sockets. */
  nextId(): string {
    this.#responses += 1;
    return String(this.#responses);
  }

  listen(): Promise<void> {
    return this.#plain.listen();
  }

  close(): Promise<void> {
    return this.#plain.close();
  }

  #upgrade(message: IncomingMessage, connection: Socket, head: Buffer): void {
    const handshake = this.#record(message);
    const decision = this.onUpgrade(handshake);
    // A refused or cut proxy may leave while we write.
    connection.on('error', () => undefined);
    if (decision === 'hang') return;
    if (decision === 'reset') return void connection.resetAndDestroy();
    if (decision !== 'accept' && !('accept' in decision)) return refuse(connection, decision);
    const extra = decision === 'accept' ? {} : (decision.headers ?? {});
    this.#websockets.once('headers', (lines) => {
      for (const [name, value] of Object.entries(extra)) lines.push(`${name}: ${value}`);
    });
    this.#websockets.handleUpgrade(message, connection, head, (client) => {
      const socket = new FakeSocket(this.sockets.length, handshake, client, connection);
      this.sockets.push(socket);
      client.on('message', (data: Buffer) => void this.#onMessage(socket, data));
    });
  }

  #record(message: IncomingMessage): Handshake {
    const handshake = {
      index: this.handshakes.length,
      path: message.url ?? '',
      headers: Object.fromEntries(
        Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
      ),
      rawHeaders: message.rawHeaders,
    };
    this.handshakes.push(handshake);
    return handshake;
  }

  async #onMessage(socket: FakeSocket, raw: Buffer): Promise<void> {
    try {
      const turn = new FakeSocketTurn(this.turns.length, socket, raw, () => this.nextId());
      if (socket.running) throw new Error('a second frame came while a turn was running');
      socket.running = true;
      socket.frames.push(turn.frame);
      this.turns.push(turn);
      const previous = turn.frame['previous_response_id'];
      if (this.#checksPrevious && previous !== undefined && previous !== socket.lastId) {
        turn.notFound(String(previous));
      } else await this.onTurn(turn);
    } catch (error) {
      if (socket.open) this.failures.push(error);
    }
  }
}

/** Starts an upstream on a free port; it ends with the test. */
export async function startFakeSocketUpstream(
  test: Cleanup,
  options: FakeSocketOptions = {},
): Promise<FakeSocketUpstream> {
  const upstream = new FakeSocketUpstream(options);
  await upstream.listen();
  test.after(async () => {
    await upstream.close();
    if (upstream.failures.length > 0) {
      throw new AggregateError(upstream.failures, 'the fake upstream met something wrong');
    }
  });
  return upstream;
}

function refuse(
  connection: Socket,
  { status, body = '', headers = {} }: Extract<UpgradeDecision, { status: number }>,
): void {
  const all = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body}`);
}

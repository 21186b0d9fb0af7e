/**
 * A Codex upstream on loopback for the client runs: HTTP and WebSocket, one scripted conversation of
 * two tool calls per user turn, and one fault where the scenario wants it. Counts what it answered.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { emptyTalk, heard, isTurn, namesOf, replyTo, type Reply, type Talk } from './talk.ts';
import { responsesEvents, type ResponsesEvent } from '../../src/sandbox/responses-wire.ts';
import { responsesFrame } from '../../src/sandbox/sse-wire.ts';

/** What goes wrong, once or always. */
export type Fault =
  /** 429 `usage_limit_reached` for the account that asks for the second answer, from then on. */
  | 'limit'
  /** The socket is cut right after the first answer. */
  | 'cut'
  /** Upgrades are refused with 426. */
  | 'no-upgrade';

/** One answered model request. */
export interface Answered {
  account: string;
  transport: 'http' | 'websocket';
  /** Number of tool results that the model had seen in its user turn. */
  step: number;
  inputItems: number;
  incremental: boolean;
}

/** An upstream of any family, as the runs see it. */
export interface ClientUpstream {
  readonly origin: string;
  /** Turns of conversations; titles and the like are left out. */
  readonly answered: readonly Answered[];
  /** WebSocket handshakes that were accepted. */
  readonly sockets: number;
  /** What a real upstream would have refused. */
  readonly problems: readonly string[];
  close(): void;
}

const USAGE_LIMIT = {
  type: 'usage_limit_reached',
  message: 'The usage limit has been reached',
  plan_type: 'plus',
  resets_in_seconds: 3600,
};

/** See the head of the file. */
export class ScriptedUpstream implements ClientUpstream {
  readonly answered: Answered[] = [];
  readonly problems: string[] = [];
  sockets = 0;
  readonly #server: Server;
  readonly #fault: Fault | undefined;
  readonly #limited = new Set<string>();
  readonly #websockets = new WebSocketServer({ noServer: true });
  #cut = false;
  #responses = 0;

  constructor(fault: Fault | undefined) {
    this.#fault = fault;
    this.#server = createServer((request, response) => void this.#onHttp(request, response));
    this.#server.on('upgrade', (request, socket, head) =>
      this.#onUpgrade(request, socket as Socket, head),
    );
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  close(): void {
    for (const socket of this.#websockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #onUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.#fault === 'no-upgrade') {
      socket.end('HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      return;
    }
    this.#websockets.handleUpgrade(request, socket, head, (client) => {
      this.sockets += 1;
      this.#serveSocket(client, accountOf(request));
    });
  }

  #serveSocket(client: WebSocket, account: string): void {
    let talk = emptyTalk();
    let lastId = '';
    client.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString('utf8')) as Record<string, unknown>;
      const previous = frame['previous_response_id'];
      const send = (event: object): void => client.send(JSON.stringify(event));
      if (previous !== undefined && previous !== lastId) {
        send({ type: 'error', status: 400, error: { code: 'previous_response_not_found' } });
        return;
      }
      talk = heard(previous === undefined ? emptyTalk() : talk, frame['input']);
      const request = { account, transport: 'websocket' as const, frame, talk };
      const events = this.#answer(request);
      if (events === undefined) return send({ type: 'error', status: 429, error: USAGE_LIMIT });
      lastId = (events.at(-1)?.['response'] as { id: string }).id;
      for (const event of events) send(event);
      if (this.#fault === 'cut' && !this.#cut && frame['generate'] !== false) {
        this.#cut = true;
        setImmediate(() => client.terminate());
      }
    });
  }

  async #onHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const frame = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
    const talk = heard(emptyTalk(), frame['input']);
    const account = accountOf(request);
    const events = this.#answer({ account, transport: 'http', frame, talk });
    if (events === undefined) {
      response.writeHead(429, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: USAGE_LIMIT }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events.map(responsesFrame).join(''));
  }

  /** Undefined: the account is out. */
  #answer(request: {
    account: string;
    transport: Answered['transport'];
    frame: Record<string, unknown>;
    talk: Talk;
  }): ResponsesEvent[] | undefined {
    const { account, transport, frame, talk } = request;
    const warmUp = frame['generate'] === false;
    if (this.#fault === 'limit' && this.#limited.size === 0 && talk.results.length === 1) {
      this.#limited.add(account);
    }
    if (this.#limited.has(account)) return undefined;
    this.#responses += 1;
    const tools = namesOf(frame['tools']);
    if (!warmUp && isTurn(tools)) {
      const input = frame['input'];
      this.answered.push({
        account,
        transport,
        step: talk.results.length,
        inputItems: Array.isArray(input) ? input.length : 1,
        incremental: frame['previous_response_id'] !== undefined,
      });
    }
    return eventsOf(
      warmUp ? { text: '', toolCall: undefined } : replyTo(talk, tools),
      this.#responses,
    );
  }
}

function eventsOf(reply: Reply, number: number): ResponsesEvent[] {
  return responsesEvents({
    id: `run${number}`,
    model: 'gpt-5.4',
    createdAt: Math.floor(Date.now() / 1000),
    ...reply,
    usage: {
      inputTokens: 1000,
      outputTokens: 20,
      cachedTokens: 900,
      reasoningTokens: 0,
      totalTokens: 1020,
    },
  });
}

const accountOf = (request: IncomingMessage): string =>
  (request.headers.authorization ?? '').replace(/^Bearer\s+/i, '');

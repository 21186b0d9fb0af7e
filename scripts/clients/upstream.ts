/**
 * A Codex upstream on loopback for the client runs: HTTP and WebSocket, one scripted conversation of
 * two tool calls per user turn, and one fault where the scenario wants it. Counts what it answered.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { FaultPlan, RETRY_AFTER_S, type Fault, type Outcome, type Refused } from './faults.ts';
import { promptIn, type Prompt } from './prompt.ts';
import { emptyTalk, heard, isTurn, namesOf, replyTo, said, type Reply, type Talk } from './talk.ts';
import { responsesEvents, type ResponsesEvent } from '../../src/sandbox/responses-wire.ts';
import { responsesFrame } from '../../src/sandbox/sse-wire.ts';

/** One answered model request. */
export interface Answered {
  account: string;
  transport: 'http' | 'websocket';
  /** Number of tool results that the model had seen in its user turn. */
  step: number;
  inputItems: number;
  incremental: boolean;
  /** Of a whole input. */
  prompt: Prompt | undefined;
}

/** An upstream of any family, as the runs see it. */
export interface ClientUpstream {
  readonly origin: string;
  /** Turns of conversations; titles and the like are left out. */
  readonly answered: readonly Answered[];
  /** Accounts that answered what is no turn. */
  readonly asides: readonly string[];
  /** Tries of turns that got no whole answer. */
  readonly refused: readonly Refused[];
  /** WebSocket handshakes that were accepted. */
  readonly sockets: number;
  /** What a real upstream would have refused. */
  readonly problems: readonly string[];
  close(): void;
}

/** How Codex says it; status and `error`. */
const REFUSALS: Readonly<Record<Exclude<Outcome, 'answer' | 'break'>, [number, object]>> = {
  limit: [
    429,
    {
      type: 'usage_limit_reached',
      message: 'The usage limit has been reached',
      plan_type: 'plus',
      resets_in_seconds: 3600,
    },
  ],
  rate: [429, { type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'Slow down' }],
  overload: [503, { type: 'server_error', code: 'server_is_overloaded', message: 'Overloaded' }],
};

/** What of an answer goes out before it breaks. */
const BROKEN_SHARE = 0.6;

/** See the head of the file. */
export class ScriptedUpstream implements ClientUpstream {
  readonly answered: Answered[] = [];
  readonly asides: string[] = [];
  readonly problems: string[] = [];
  sockets = 0;
  readonly #server: Server;
  readonly #fault: Fault | undefined;
  readonly #plan: FaultPlan;
  readonly #reads: number;
  readonly #websockets = new WebSocketServer({ noServer: true });
  #cut = false;
  #responses = 0;

  /** `reads`: tool calls for each question. */
  constructor(fault: Fault | undefined, reads: number) {
    this.#fault = fault;
    this.#plan = new FaultPlan(fault);
    this.#reads = reads;
    this.#server = createServer((request, response) => void this.#onHttp(request, response));
    this.#server.on('upgrade', (request, socket, head) =>
      this.#onUpgrade(request, socket as Socket, head),
    );
  }

  get refused(): readonly Refused[] {
    return this.#plan.refused;
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
      const before = previous === undefined ? emptyTalk() : talk;
      talk = heard(before, frame['input']);
      const answer = this.#answer({ account, transport: 'websocket', frame, data, talk });
      if (!Array.isArray(answer.events)) {
        const [status, error] = REFUSALS[answer.events];
        send({ type: 'error', status, error, headers: headersOf(answer.events) });
        return;
      }
      for (const event of answer.events) send(event);
      if (answer.breaks) return void setImmediate(() => client.terminate());
      talk = said(talk, answer.text);
      lastId = (answer.events.at(-1)?.['response'] as { id: string }).id;
      if (this.#fault === 'cut' && !this.#cut && frame['generate'] !== false) {
        this.#cut = true;
        setImmediate(() => client.terminate());
      }
    });
  }

  async #onHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const data = Buffer.concat(chunks);
    const frame = JSON.parse(data.toString('utf8')) as Record<string, unknown>;
    const talk = heard(emptyTalk(), frame['input']);
    const account = accountOf(request);
    const { events, breaks } = this.#answer({ account, transport: 'http', frame, data, talk });
    if (!Array.isArray(events)) {
      const [status, error] = REFUSALS[events];
      response.writeHead(status, { 'content-type': 'application/json', ...headersOf(events) });
      response.end(JSON.stringify({ error }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const text = events.map(responsesFrame).join('');
    if (breaks) response.write(text, () => response.socket?.resetAndDestroy());
    else response.end(text);
  }

  #answer(request: Turn): Answer {
    const { frame, talk } = request;
    this.#responses += 1;
    const tools = namesOf(frame['tools']);
    const warmUp = frame['generate'] === false;
    const reply = warmUp ? { text: '', toolCall: undefined } : replyTo(talk, tools, this.#reads);
    const events = eventsOf(reply, this.#responses);
    if (warmUp || !isTurn(tools)) {
      this.asides.push(request.account);
      return { events, breaks: false, text: reply.text };
    }
    const step = talk.results.length;
    const outcome = this.#plan.outcome(request.account, step, reply.toolCall !== undefined);
    if (outcome === 'break') {
      const part = events.slice(0, Math.ceil(events.length * BROKEN_SHARE));
      return { events: part, breaks: true, text: '' };
    }
    if (outcome !== 'answer') return { events: outcome, breaks: false, text: '' };
    this.answered.push(answeredIn(request));
    return { events, breaks: false, text: reply.text };
  }
}

/** A request and what was said before. */
interface Turn {
  account: string;
  transport: Answered['transport'];
  frame: Record<string, unknown>;
  data: Buffer;
  talk: Talk;
}

/** Events, or why there are none. */
interface Answer {
  events: ResponsesEvent[] | keyof typeof REFUSALS;
  /** The connection ends behind them. */
  breaks: boolean;
  text: string;
}

function answeredIn({ account, transport, frame, data, talk }: Turn): Answered {
  const { input } = frame;
  const incremental = frame['previous_response_id'] !== undefined;
  return {
    account,
    transport,
    step: talk.results.length,
    inputItems: Array.isArray(input) ? input.length : 1,
    incremental,
    prompt: incremental || !Array.isArray(input) ? undefined : promptIn('codex', data),
  };
}

const headersOf = (outcome: Outcome): Record<string, string> =>
  outcome === 'rate' ? { 'retry-after': String(RETRY_AFTER_S) } : {};

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

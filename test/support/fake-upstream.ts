/**
 * A scripted upstream on a real socket. The handler of a test decides byte by byte what goes out
 * and when; time plays no part, steps are opened with gates (`wait.ts`). What arrived is recorded.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Cleanup } from './temp.ts';
import { responsesSse, responsesTurn, type TurnOptions } from './turns.ts';

/** A request as it arrived. */
export interface UpstreamRecord {
  /** 0 for the first request of this upstream. */
  readonly index: number;
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: Record<string, string>;
  /** Flat pairs in wire order and case. */
  readonly rawHeaders: string[];
  /** Number of the TCP connection it came on, from 0. */
  readonly connection: number;
  readonly body: Buffer;
  /** Body parsed as JSON. */
  json(): Record<string, unknown>;
}

/** Decides the answer to one request. Errors it throws are shown by `failures` and fail the test. */
export type UpstreamHandler = (call: UpstreamExchange) => void | Promise<void>;

/** A running scripted upstream. */
export interface FakeUpstream {
  readonly origin: string;
  readonly port: number;
  /** Requests whose body arrived, in order of arrival. */
  readonly requests: UpstreamRecord[];
  /** Calls to which the handler was given, in the same order as `requests`. */
  readonly calls: UpstreamExchange[];
  readonly connections: number;
  /** Connections that are open now. */
  readonly openConnections: number;
  /** What handlers threw. */
  readonly failures: unknown[];
  /** Replaces the script from the next request on. */
  handler: UpstreamHandler;
  close(): Promise<void>;
}

/** The answering side of one request. */
export class UpstreamExchange {
  readonly request: UpstreamRecord;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** Resolves when the proxy's side of the connection is gone. */
  readonly clientGone: Promise<void>;
  #gone = false;

  constructor(request: UpstreamRecord, response: ServerResponse, socket: Socket) {
    this.request = request;
    this.response = response;
    this.socket = socket;
    this.clientGone = new Promise((resolve) => {
      socket.once('close', () => {
        this.#gone = true;
        resolve();
      });
    });
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Sends the head at once. */
  head(status = 200, headers: Record<string, string> = {}): void {
    this.response.writeHead(status, headers);
    this.response.flushHeaders();
  }

  /** Head of an event stream. */
  sseHead(headers: Record<string, string> = {}): void {
    this.head(200, { 'content-type': 'text/event-stream', ...headers });
  }

  /** Writes body bytes and waits until the socket has them. */
  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.response.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Writes pieces cut at the given offsets, each as a chunk of its own. */
  async writeSplit(bytes: string | Uint8Array, offsets: number[]): Promise<void> {
    const all = Buffer.from(bytes);
    const cuts = [0, ...offsets, all.length];
    for (let index = 1; index < cuts.length; index += 1) {
      await this.write(all.subarray(cuts[index - 1], cuts[index]));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  end(bytes?: string | Uint8Array): void {
    this.response.end(bytes);
  }

  /** A whole JSON answer. */
  json(status: number, body: unknown, headers: Record<string, string> = {}): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const length = String(Buffer.byteLength(text));
    this.head(status, { 'content-type': 'application/json', 'content-length': length, ...headers });
    this.end(text);
  }

  /** A whole event stream from ready text. */
  sse(text: string, headers: Record<string, string> = {}): void {
    this.sseHead(headers);
    this.end(text);
  }

  /** A whole streamed Responses turn. */
  turn(options: TurnOptions = {}): void {
    this.sse(responsesSse(responsesTurn(options)));
  }

  /** Writes past the HTTP layer: garbage, half heads, wrong lengths. */
  raw(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Announces more bytes than it sends, then closes the connection (FIN). */
  half(bytes: string | Uint8Array, headers: Record<string, string> = {}): void {
    const length = String(Buffer.byteLength(bytes) + 1000);
    this.head(200, { 'content-type': 'application/json', 'content-length': length, ...headers });
    this.response.write(bytes, () => this.socket.end());
  }

  /** Closes without the end of the answer (FIN, or whatever the system makes of it). */
  destroy(): void {
    this.socket.destroy();
  }

  /** Cuts with RST: the peer sees ECONNRESET. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** Options of {@link startFakeUpstream}. */
export interface FakeUpstreamOptions {
  /** Calls the handler on the head instead of after the body; `request.body` is empty then. */
  early?: boolean;
}

/** Starts an upstream on a free port; it ends with the test. */
export async function startFakeUpstream(
  test: Cleanup,
  handler: UpstreamHandler = (call) => call.turn(),
  options: FakeUpstreamOptions = {},
): Promise<FakeUpstream> {
  const upstream = new ScriptedUpstream(handler, options);
  await upstream.listen();
  test.after(async () => {
    await upstream.close();
    if (upstream.failures.length > 0) {
      throw new AggregateError(upstream.failures, 'a handler of the fake upstream failed');
    }
  });
  return upstream;
}

/** One handler per request in order; the last one serves all further requests. */
export function inOrder(...handlers: UpstreamHandler[]): UpstreamHandler {
  return (call) => handlers[Math.min(call.request.index, handlers.length - 1)]?.(call);
}

/** The one implementation; `fake-socket-upstream.ts` adds WebSockets to its server. */
export class ScriptedUpstream implements FakeUpstream {
  readonly requests: UpstreamRecord[] = [];
  readonly calls: UpstreamExchange[] = [];
  readonly failures: unknown[] = [];
  handler: UpstreamHandler;
  connections = 0;
  readonly #options: FakeUpstreamOptions;
  readonly #sockets = new Map<Socket, number>();
  readonly #server = createServer((message, response) => void this.#serve(message, response));
  #closed: Promise<unknown> | undefined;

  constructor(handler: UpstreamHandler, options: FakeUpstreamOptions) {
    this.handler = handler;
    this.#options = options;
    this.#server.on('connection', (socket) => {
      this.#sockets.set(socket, this.connections);
      this.connections += 1;
      // One listener for each of its requests, which may be many.
      socket.setMaxListeners(0);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get server(): Server {
    return this.#server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    for (const socket of this.#sockets.keys()) socket.destroy();
    await this.#closed;
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    if (this.#options.early !== true) {
      try {
        for await (const chunk of message) chunks.push(chunk as Buffer);
      } catch (error) {
        // The proxy left while sending: no request arrived, which the test sees in `requests`.
        response.destroy(error as Error);
        return;
      }
    }
    const request = this.#record(message, Buffer.concat(chunks));
    const call = new UpstreamExchange(request, response, message.socket);
    this.requests.push(request);
    this.calls.push(call);
    try {
      await this.handler(call);
    } catch (error) {
      // A write that failed because the proxy left is what many tests are about.
      if (!call.gone && !message.socket.destroyed) this.failures.push(error);
      response.destroy();
    }
  }

  #record(message: IncomingMessage, body: Buffer): UpstreamRecord {
    return {
      index: this.requests.length,
      method: message.method ?? '',
      path: message.url ?? '',
      headers: Object.fromEntries(
        Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
      ),
      rawHeaders: message.rawHeaders,
      connection: this.#sockets.get(message.socket) ?? -1,
      body,
      json: () => JSON.parse(body.toString('utf8')) as Record<string, unknown>,
    };
  }
}

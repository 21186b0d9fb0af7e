/** A client of the Responses WebSocket, on `ws`: sends frames, notes what comes back. */
import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import { waitUntil } from './wait.ts';
import type { Cleanup } from './temp.ts';
import type { IncomingMessage } from 'node:http';

/** One message of the proxy. */
export type SocketEvent = Record<string, unknown>;

/** Messages after which a turn sends nothing more. */
const TERMINAL = /^(response\.(completed|incomplete|failed|done)|error)$/;

/** What a refused handshake was answered with. */
export interface Refusal {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A client that is connected. */
export class SocketClient {
  readonly native: WebSocket;
  /** All messages, in order. */
  readonly events: SocketEvent[] = [];
  /** Headers of the 101 answer. */
  headers: IncomingMessage['headers'] = {};
  pings = 0;
  close: { code: number; reason: string } | undefined;
  #read = 0;

  constructor(native: WebSocket) {
    this.native = native;
    native.on('upgrade', (response) => (this.headers = response.headers));
    native.on('ping', () => (this.pings += 1));
    native.on('message', (data: Buffer, isBinary) => {
      if (isBinary) throw new Error('the proxy sent a binary message');
      this.events.push(JSON.parse(data.toString('utf8')) as SocketEvent);
    });
    native.on('close', (code, reason) => (this.close = { code, reason: reason.toString() }));
    // 'close' follows and tells how it ended.
    native.on('error', () => undefined);
  }

  send(frame: object | string | Buffer): void {
    const raw = typeof frame === 'string' || Buffer.isBuffer(frame);
    this.native.send(raw ? frame : JSON.stringify(frame));
  }

  /** Sends a frame and waits for the end of its turn; resolves with its messages. */
  async turn(frame: object | string | Buffer): Promise<SocketEvent[]> {
    this.send(frame);
    return this.answer();
  }

  /** The messages of the next turn that nobody has read yet. */
  async answer(): Promise<SocketEvent[]> {
    const last = await waitUntil(() => {
      const index = this.events.findIndex((event, at) => at >= this.#read && isEnd(event));
      return index < 0 ? undefined : index + 1;
    }, 'the end of a turn');
    const events = this.events.slice(this.#read, last);
    this.#read = last;
    return events;
  }

  /** How the socket ended. */
  closed(): Promise<{ code: number; reason: string }> {
    return waitUntil(() => this.close, 'the end of the socket');
  }
}

const isEnd = ({ type }: SocketEvent): boolean => TERMINAL.test(String(type));

/** `origin`: of the proxy. The client ends with the test. */
export async function connectSocket(
  test: Cleanup,
  origin: string,
  options: ClientOptions & { path?: string } = {},
): Promise<SocketClient> {
  const { path = '/v1/responses', ...rest } = options;
  const native = new WebSocket(`${origin.replace(/^http/, 'ws')}${path}`, rest);
  test.after(() => Promise.resolve(native.terminate()));
  const client = new SocketClient(native);
  await once(native, 'open');
  return client;
}

/** A handshake that must be refused. */
export async function refusedSocket(
  origin: string,
  options: ClientOptions & { path?: string } = {},
): Promise<Refusal> {
  const { path = '/v1/responses', ...rest } = options;
  const native = new WebSocket(`${origin.replace(/^http/, 'ws')}${path}`, rest);
  native.on('error', () => undefined);
  const [, response] = (await once(native, 'unexpected-response')) as [unknown, IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

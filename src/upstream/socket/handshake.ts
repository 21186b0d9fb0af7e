/** One WebSocket handshake: the way to the upstream, the upgrade, and what refuses it. */
import { connectFailure, limitFailure } from '../failures.ts';
import { SwitchyardError, toSwitchyardError } from '../../errors.ts';
import { WebSocket, type ClientOptions } from 'ws';
import type { ConnectHandler, SocketRequest } from './types.ts';
import type { Deadlines, Watched } from '../deadlines.ts';
import type { Dial } from '../dial.ts';
import type { Duplex } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import type { UpstreamTimeouts } from '../../config/types.ts';

/** Bytes of a refusal's body that are kept; real ones have a few hundred. */
export const MAX_REFUSAL_BYTES = 256 * 1024;

/** What a handshake needs to run. */
export interface HandshakeParts {
  request: SocketRequest;
  dial: Dial;
  /** The address, and the proxy without its login, for messages. */
  where: string;
  timeouts: UpstreamTimeouts;
  deadlines: Deadlines;
  maxFrameBytes: number;
  handler: Omit<ConnectHandler, 'onOpen'>;
  onUpgraded(ws: WebSocket, headers: string[]): void;
  onOver(): void;
}

type Stage = 'connect' | 'upgrade' | 'refusal' | 'over';

/** See the head of the file. */
export class Handshake implements Watched {
  readonly #parts: HandshakeParts;
  #stage: Stage = 'connect';
  #since: number;
  #giveUp: () => void = () => undefined;
  #ws: WebSocket | undefined;
  #headers: string[] = [];
  #finishRefusal: () => void = () => undefined;

  constructor(parts: HandshakeParts) {
    this.#parts = parts;
    this.#since = parts.deadlines.now();
    parts.deadlines.watch(this);
    const url = new URL(parts.request.url);
    const secure = url.protocol === 'wss:';
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    this.#giveUp = parts.dial(
      {
        hostname,
        host: url.host,
        protocol: secure ? 'https:' : 'http:',
        port: url.port,
        ...(secure && { servername: hostname }),
      },
      (error, socket) => {
        if (this.#over) return void socket?.destroy();
        if (error !== null) this.fail(connectFailure(error, parts.where));
        else this.#upgrade(socket);
      },
    );
  }

  abort(): void {
    // The handler hears nothing before `connect` has returned.
    queueMicrotask(() => this.fail(new SwitchyardError('cancelled')));
  }

  fail(error: SwitchyardError): void {
    if (this.#over) return;
    this.#end();
    this.#giveUp();
    this.#ws?.terminate();
    this.#parts.handler.onError(error);
  }

  onTick(now: number): void {
    const { connectMs, headersMs } = this.#parts.timeouts;
    const limit = this.#stage === 'connect' ? connectMs : headersMs;
    if (limit <= 0 || now - this.#since < limit) return;
    if (this.#stage === 'refusal') return this.#finishRefusal();
    const what =
      this.#stage === 'connect'
        ? `no connection to ${this.#parts.where}`
        : `no WebSocket handshake with ${this.#parts.where}`;
    this.fail(limitFailure('upstream_connect_failed', what, limit));
  }

  get #over(): boolean {
    return this.#stage === 'over';
  }

  #upgrade(socket: Duplex): void {
    this.#enter('upgrade');
    try {
      const ws = new WebSocket(this.#parts.request.url, [], this.#options(socket));
      this.#ws = ws;
      ws.once('upgrade', (answer: IncomingMessage) => (this.#headers = answer.rawHeaders));
      ws.once('open', () => this.#onOpen(ws));
      ws.once('unexpected-response', (_, answer: IncomingMessage) => this.#onRefused(answer));
      // Also called after the end, by our own `terminate`.
      ws.on('error', (error) => this.fail(connectFailure(error, this.#parts.where)));
    } catch (thrown) {
      socket.destroy();
      this.fail(connectFailure(toSwitchyardError(thrown), this.#parts.where));
    }
  }

  #options(socket: Duplex): ClientOptions {
    return {
      createConnection: (() => socket) as unknown as ClientOptions['createConnection'],
      headers: headersObject(this.#parts.request.headers),
      perMessageDeflate: false,
      maxPayload: this.#parts.maxFrameBytes,
    };
  }

  #onOpen(ws: WebSocket): void {
    if (this.#over) return;
    this.#end();
    ws.removeAllListeners();
    this.#parts.onUpgraded(ws, this.#headers);
  }

  #onRefused(answer: IncomingMessage): void {
    if (this.#over) return;
    this.#enter('refusal');
    const chunks: Buffer[] = [];
    let bytes = 0;
    this.#finishRefusal = () => {
      if (this.#over) return;
      this.#end();
      answer.destroy();
      this.#ws?.terminate();
      const body = Buffer.concat(chunks).subarray(0, MAX_REFUSAL_BYTES).toString('utf8');
      this.#parts.handler.onRefused(answer.statusCode ?? 0, answer.rawHeaders, body);
    };
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_REFUSAL_BYTES) this.#finishRefusal();
    });
    answer.on('end', this.#finishRefusal);
    answer.on('error', this.#finishRefusal);
    answer.on('close', this.#finishRefusal);
  }

  #enter(stage: Stage): void {
    this.#stage = stage;
    this.#since = this.#parts.deadlines.now();
  }

  #end(): void {
    this.#stage = 'over';
    this.#parts.deadlines.forget(this);
    this.#parts.onOver();
  }
}

function headersObject(flat: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) {
    headers[flat[index] as string] = flat[index + 1] as string;
  }
  return headers;
}

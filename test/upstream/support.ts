/** What the tests of the upstream client share: a recording handler, a fake clock, a raw server. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { UpstreamTimeouts } from '../../src/config/types.ts';
import type { SwitchyardError } from '../../src/errors.ts';
import type { UpstreamClock } from '../../src/upstream/clock.ts';
import { UpstreamHttp, type UpstreamHttpOptions } from '../../src/upstream/http.ts';
import type {
  CallPhase,
  UpstreamCall,
  UpstreamHandler,
  UpstreamRequest,
} from '../../src/upstream/types.ts';
import type { Cleanup } from '../support/temp.ts';

/** Seconds apart, so that a test sees which one ran out. */
export const LIMITS: UpstreamTimeouts = {
  connectMs: 10_000,
  headersMs: 20_000,
  firstEventMs: 30_000,
  idleMs: 40_000,
};

/** A client without proxies that ends with the test. */
export function makeClient(
  test: Cleanup,
  options: Partial<UpstreamHttpOptions> = {},
): UpstreamHttp {
  const client = new UpstreamHttp({ timeouts: LIMITS, env: {}, ...options });
  test.after(() => client.close());
  return client;
}

/** Time that moves only when told. */
export class FakeClock implements UpstreamClock {
  #now = 0;
  readonly #timers = new Set<{ due: number; ms: number; run: () => void }>();

  /** Timers that run now. */
  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  every(ms: number, run: () => void): () => void {
    const timer = { due: this.#now + ms, ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass; timers run when they are due. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].sort((one, other) => one.due - other.due);
      if (next === undefined || next.due > end) break;
      this.#now = next.due;
      next.due += next.ms;
      next.run();
    }
    this.#now = end;
  }
}

/** Keeps everything that a call reports. */
export class Recorder implements UpstreamHandler {
  status = 0;
  headers: string[] = [];
  readonly chunks: Uint8Array[] = [];
  bytes = 0;
  error: SwitchyardError | undefined;
  phase: CallPhase | undefined;
  /** Callbacks in order; data once per run of chunks. */
  readonly log: string[] = [];
  /** Resolves with the end, good or bad. */
  readonly ended: Promise<void>;
  /** Called after each callback was recorded. */
  onEvent: (name: string) => void = () => undefined;
  #resolve: () => void = () => undefined;

  constructor() {
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }

  /** `end`, or code and phase of the error. */
  get outcome(): string {
    if (this.error !== undefined) return `${this.error.code} ${this.phase}`;
    return this.log.includes('end') ? 'end' : 'running';
  }

  onHead(status: number, headers: string[]): void {
    this.status = status;
    this.headers = headers;
    this.#note('head');
  }

  onData(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.bytes += chunk.byteLength;
    this.#note('data');
  }

  onEnd(): void {
    this.#note('end');
    this.#resolve();
  }

  onError(error: SwitchyardError, phase: CallPhase): void {
    this.error = error;
    this.phase = phase;
    this.#note('error');
    this.#resolve();
  }

  #note(name: string): void {
    if (name !== 'data' || this.log.at(-1) !== 'data') this.log.push(name);
    this.onEvent(name);
  }
}

/** A call together with what it reports. */
export interface RecordedCall {
  readonly call: UpstreamCall;
  readonly seen: Recorder;
}

/** Starts a POST with a small body. */
export function start(
  client: UpstreamHttp,
  url: string,
  request: Partial<UpstreamRequest> = {},
): RecordedCall {
  const seen = new Recorder();
  const call = client.call(
    { method: 'POST', url, headers: [], body: Buffer.from('hello'), proxyUrl: '', ...request },
    seen,
  );
  return { call, seen };
}

/** Starts a POST and waits for its end. */
export async function finish(
  client: UpstreamHttp,
  url: string,
  request: Partial<UpstreamRequest> = {},
): Promise<Recorder> {
  const { seen } = start(client, url, request);
  await seen.ended;
  return seen;
}

/** A server that speaks whatever a test writes. */
export interface RawServer {
  readonly origin: string;
  readonly port: number;
  /** All accepted sockets. */
  readonly sockets: Socket[];
  /** Sockets that are open now. */
  readonly open: number;
}

/** `onRequest` is called when the request of {@link start} has arrived whole, for each one. */
export async function startRawServer(
  test: Cleanup,
  onRequest: (socket: Socket, index: number) => void,
  onSocket: (socket: Socket) => void = readRequests,
): Promise<RawServer> {
  const sockets: Socket[] = [];
  let requests = 0;
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('request', () => onRequest(socket, requests++));
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    sockets,
    get open() {
      return sockets.filter((socket) => !socket.destroyed).length;
    },
  };
}

/** Emits `request` for every whole request; they all end in the body of {@link start}. */
function readRequests(socket: Socket): void {
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    if (!text.endsWith('\r\n\r\nhello')) return;
    text = '';
    socket.emit('request');
  });
}

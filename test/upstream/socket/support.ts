/** What the tests of upstream sockets share: a client, recorders, and a peer that writes raw bytes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  UpstreamSockets,
  type UpstreamSocketsOptions,
} from '../../../src/upstream/socket/client.ts';
import type { CallPhase } from '../../../src/upstream/types.ts';
import type { SwitchyardError } from '../../../src/errors.ts';
import type {
  ConnectHandler,
  SocketEnd,
  SocketLimits,
  SocketRequest,
  SocketTurn,
  SocketTurnHandler,
  UpstreamSocket,
} from '../../../src/upstream/socket/types.ts';
import type { Cleanup } from '../../support/temp.ts';
import { waitUntil } from '../../support/wait.ts';
import { LIMITS, startRawServer, type RawServer } from '../support.ts';

/** No ping unless a test asks for it. */
export const SOCKET_LIMITS: SocketLimits = { idleMs: 100_000, pingMs: 0, maxFrameBytes: 1 << 20 };

/** A client without proxies that ends with the test. */
export function makeSockets(
  test: Cleanup,
  options: Partial<UpstreamSocketsOptions> = {},
): UpstreamSockets {
  const client = new UpstreamSockets({
    timeouts: LIMITS,
    limits: SOCKET_LIMITS,
    env: {},
    ...options,
  });
  test.after(() => client.close());
  return client;
}

/** Keeps what a handshake reports. */
export class ConnectRecorder implements ConnectHandler {
  socket: UpstreamSocket | undefined;
  status = 0;
  headers: string[] = [];
  body = '';
  error: SwitchyardError | undefined;
  calls = 0;
  /** How the socket ended. */
  end: SocketEnd | undefined;
  readonly over: Promise<void>;
  #resolve: () => void = () => undefined;

  constructor() {
    this.over = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** `open`, the status of a refusal, the code of an error, or `running`. */
  get outcome(): string {
    if (this.error !== undefined) return this.error.code;
    if (this.status > 0) return String(this.status);
    return this.socket === undefined ? 'running' : 'open';
  }

  onOpen(socket: UpstreamSocket): void {
    this.socket = socket;
    socket.onClosed = (end) => (this.end = end);
    this.#note();
  }

  onRefused(status: number, headers: string[], body: string): void {
    [this.status, this.headers, this.body] = [status, headers, body];
    this.#note();
  }

  onError(error: SwitchyardError): void {
    this.error = error;
    this.#note();
  }

  #note(): void {
    this.calls += 1;
    this.#resolve();
  }
}

/** Keeps what a turn reports. */
export class TurnRecorder implements SocketTurnHandler {
  readonly frames: string[] = [];
  error: SwitchyardError | undefined;
  phase: CallPhase | undefined;
  end: SocketEnd | undefined;
  errors = 0;
  /** Called after each frame was recorded. */
  afterFrame: (text: string) => void = () => undefined;

  /** Code and phase of the error; else the number of frames. */
  get outcome(): string {
    if (this.error !== undefined) return `${this.error.code} ${this.phase}`;
    return `${this.frames.length} frames`;
  }

  onFrame(text: string): void {
    this.frames.push(text);
    this.afterFrame(text);
  }

  onError(error: SwitchyardError, phase: CallPhase, end: SocketEnd | undefined): void {
    [this.error, this.phase, this.end] = [error, phase, end];
    this.errors += 1;
  }
}

/** Starts a handshake. */
export function connect(
  client: UpstreamSockets,
  url: string,
  request: Partial<SocketRequest> = {},
): { seen: ConnectRecorder; abort(): void } {
  const seen = new ConnectRecorder();
  const { abort } = bound(client.connect({ url, headers: [], proxyUrl: '', ...request }, seen));
  return { seen, abort };
}

const bound = (running: { abort(): void }): { abort(): void } => ({ abort: () => running.abort() });

/** A turn together with what it reports. */
export interface RecordedTurn {
  readonly turn: SocketTurn;
  readonly seen: TurnRecorder;
}

/** Sends a frame. */
export function ask(socket: UpstreamSocket, frame = 'ask'): RecordedTurn {
  const seen = new TurnRecorder();
  return { turn: socket.send(Buffer.from(frame), seen), seen };
}

/** Kinds of frames (RFC 6455, 5.2). */
export const OP = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** One frame of a server; `masked`: as only clients may send. */
export function frame(
  op: number,
  payload: string | Uint8Array,
  { fin = true, masked = false } = {},
): Buffer {
  const body = Buffer.from(payload);
  const mask = masked ? 0x80 : 0;
  const size = Buffer.alloc(body.length < 126 ? 1 : body.length < 65_536 ? 3 : 9);
  if (size.length === 1) size[0] = mask | body.length;
  else if (size.length === 3) size.writeUInt16BE(body.length, 1);
  else size.writeBigUInt64BE(BigInt(body.length), 1);
  if (size.length > 1) size[0] = mask | (size.length === 3 ? 126 : 127);
  const key = masked ? [Buffer.alloc(4)] : [];
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | op]), size, ...key, body]);
}

/** A close frame. */
export function closeFrame(code: number, reason = ''): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(code);
  return frame(OP.close, Buffer.concat([bytes, Buffer.from(reason)]));
}

/** The upstream's end of one connection, after the handshake. */
export class Peer {
  readonly socket: Socket;
  /** Head of the upgrade request. */
  readonly head: string;
  /** Frames that came, unmasked. */
  readonly frames: { op: number; payload: Buffer }[] = [];
  #bytes: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, head: string) {
    this.socket = socket;
    this.head = head;
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  /** Texts that came. */
  get texts(): string[] {
    return this.of(OP.text).map((payload) => payload.toString('utf8'));
  }

  /** Code of the close frame that came. */
  get closeCode(): number | undefined {
    return this.of(OP.close)[0]?.readUInt16BE();
  }

  of(wanted: number): Buffer[] {
    return this.frames.filter(({ op }) => op === wanted).map(({ payload }) => payload);
  }

  write(...pieces: Uint8Array[]): void {
    for (const piece of pieces) this.socket.write(piece);
  }

  text(text: string): void {
    this.write(frame(OP.text, text));
  }

  /** Client frames: always masked, and in these tests never fragmented. */
  #take(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const short = (this.#bytes[1] ?? 0) & 0x7f;
      const start = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.#bytes.length < start + 4) return;
      const length =
        start === 2
          ? short
          : start === 4
            ? this.#bytes.readUInt16BE(2)
            : Number(this.#bytes.readBigUInt64BE(2));
      if (this.#bytes.length < start + 4 + length) return;
      const key = this.#bytes.subarray(start, start + 4);
      const body = this.#bytes.subarray(start + 4, start + 4 + length);
      const payload = Buffer.from(body.map((byte, at) => byte ^ (key[at % 4] ?? 0)));
      this.frames.push({ op: (this.#bytes[0] ?? 0) & 0x0f, payload });
      this.#bytes = this.#bytes.subarray(start + 4 + length);
    }
  }
}

/** Calls back with each whole request head. */
export function onHead(socket: Socket, run: (head: string) => void): void {
  let head = '';
  const read = (bytes: Buffer): void => {
    head += bytes.toString('latin1');
    if (!head.endsWith('\r\n\r\n')) return;
    socket.off('data', read);
    run(head);
  };
  socket.on('data', read);
}

/** The answer that accepts an upgrade. */
export function acceptance(head: string, headers = ''): string {
  const key = /sec-websocket-key: (.*)\r\n/i.exec(head)?.[1] ?? '';
  const digest = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const accept = `Sec-WebSocket-Accept: ${digest.digest('base64')}\r\n`;
  const base = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
  return `${base}${accept}${headers}\r\n`;
}

/** A server whose every connection is handed over after the head of its request. */
export async function startUpgradeServer(
  test: Cleanup,
  answer: (socket: Socket, head: string) => void,
): Promise<RawServer & { url: string }> {
  const server = await startRawServer(
    test,
    () => undefined,
    (socket) => onHead(socket, (head) => answer(socket, head)),
  );
  const url = `${server.origin.replace('http:', 'ws:')}/v1/responses`;
  return Object.assign(server, { url });
}

/** An open socket and both of its ends. */
export interface Pair {
  readonly client: UpstreamSockets;
  readonly seen: ConnectRecorder;
  readonly socket: UpstreamSocket;
  readonly peer: Peer;
}

/** Opens a socket to a raw peer. */
export async function openPair(
  test: Cleanup,
  options: Partial<UpstreamSocketsOptions> = {},
): Promise<Pair> {
  const peers: Peer[] = [];
  const server = await startUpgradeServer(test, (socket, head) => {
    peers.push(new Peer(socket, head));
    socket.write(acceptance(head));
  });
  const client = makeSockets(test, options);
  const { seen } = connect(client, server.url);
  await seen.over;
  const [peer] = peers;
  assert.ok(seen.socket !== undefined && peer !== undefined, seen.error?.message);
  return { client, seen, socket: seen.socket, peer };
}

/** An open socket on which the peer has a turn's frame. */
export async function asked(
  test: Cleanup,
  options: Partial<UpstreamSocketsOptions> = {},
): Promise<Pair & { running: RecordedTurn }> {
  const pair = await openPair(test, options);
  const running = ask(pair.socket);
  await waitUntil(() => pair.peer.texts.length === 1, 'the frame arrives');
  return { ...pair, running };
}

/** Waits for the end of a turn that fails. */
export async function failed(running: RecordedTurn): Promise<string> {
  await waitUntil(() => running.seen.error !== undefined, 'the turn ends');
  return running.seen.outcome;
}

/** Waits until so many frames came. */
export async function framesCame(running: RecordedTurn, count: number): Promise<string[]> {
  await waitUntil(() => running.seen.frames.length >= count, `${count} frames arrive`);
  return running.seen.frames;
}

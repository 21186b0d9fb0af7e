/**
 * A small closed-loop HTTP/1.1 load generator on raw sockets: as little CPU as possible, because on
 * two cores the client competes with what it measures.
 */
import { connect, type Socket } from 'node:net';

/** What to send. */
export interface Load {
  port: number;
  request: Buffer;
  connections: number;
  /** Requests in all. */
  requests: number;
}

/** What came out; latencies in milliseconds. */
export interface LoadResult {
  requestsPerSecond: number;
  p50: number;
  p99: number;
  failures: number;
}

const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

/** A request with a JSON body. */
export function postRequest(port: number, path: string, body: string): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Runs the load and resolves when every answer is complete. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const latencies: number[] = [];
  let started = 0;
  let failures = 0;
  const next = (): boolean => started < load.requests && ++started > 0;
  const began = performance.now();
  const workers = Array.from({ length: load.connections }, () =>
    client(load, next, (ms, ok) => {
      latencies.push(ms);
      if (!ok) failures += 1;
    }),
  );
  await Promise.all(workers);
  const seconds = (performance.now() - began) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0;
  return { requestsPerSecond: latencies.length / seconds, p50: at(0.5), p99: at(0.99), failures };
}

function client(
  load: Load,
  next: () => boolean,
  done: (ms: number, ok: boolean) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(load.port, '127.0.0.1');
    socket.setNoDelay(true);
    const answer = new AnswerEnd();
    let sentAt = 0;
    const send = (): void => {
      if (!next()) {
        socket.destroy();
        resolve();
        return;
      }
      sentAt = performance.now();
      socket.write(load.request);
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      if (!answer.push(chunk)) return;
      done(performance.now() - sentAt, answer.ok);
      answer.reset();
      send();
    });
  });
}

/** Finds the end of an answer by Content-Length or the last chunk. */
export class AnswerEnd {
  #head: Buffer | undefined;
  #left = 0;
  #chunked = false;
  #tail: Buffer = Buffer.alloc(0);
  ok = true;

  reset(): void {
    this.#head = undefined;
    this.#left = 0;
    this.#chunked = false;
    this.#tail = Buffer.alloc(0);
  }

  /** True when the answer is complete with this chunk. */
  push(chunk: Buffer): boolean {
    if (this.#head !== undefined) return this.#body(chunk);
    const all = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const end = all.indexOf(HEAD_END);
    if (end < 0) {
      this.#tail = all;
      return false;
    }
    this.#head = all.subarray(0, end);
    const text = this.#head.toString('latin1').toLowerCase();
    this.ok = text.startsWith('http/1.1 200');
    this.#chunked = text.includes('transfer-encoding: chunked');
    this.#left = Number(/content-length: (\d+)/.exec(text)?.[1] ?? 0);
    this.#tail = Buffer.alloc(0);
    return this.#body(all.subarray(end + HEAD_END.length - 2), 2);
  }

  /** `overlap`: bytes of the head's end that stay in front, so that an empty body is found too. */
  #body(chunk: Buffer, overlap = 0): boolean {
    if (!this.#chunked) {
      this.#left -= chunk.length - overlap;
      return this.#left <= 0;
    }
    const all = Buffer.concat([this.#tail, chunk]);
    this.#tail = all.subarray(-(LAST_CHUNK.length - 1));
    return all.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
  }
}

/** A connection that stops reading after the first bytes of its answer. */
export interface SlowReader {
  socket: Socket;
  /** Settled when the answer has begun, true for a 200. */
  begun: Promise<boolean>;
}

/** Opens one. */
export function slowReader(port: number, request: Buffer): SlowReader {
  const socket = connect(port, '127.0.0.1');
  socket.on('connect', () => socket.write(request));
  const begun = new Promise<boolean>((resolve) => {
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      resolve(chunk.toString('latin1', 0, 12) === 'HTTP/1.1 200');
    });
    socket.on('error', () => {
      socket.destroy();
      resolve(false);
    });
  });
  return { socket, begun };
}

/**
 * A plain HTTP client for tests: one connection per request, everything that arrives is kept, SSE
 * frames can be read one by one while the answer is still running, and the client may leave.
 */
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { waitUntil } from './wait.ts';

/** A request as a test describes it. An object as body is sent as compact JSON. */
export interface RequestOptions {
  /** Default POST with a body, else GET. */
  method?: string;
  /** Record, or flat pairs where order, case or repetition matters. */
  headers?: Record<string, string> | string[];
  body?: string | Uint8Array | Record<string, unknown>;
}

/** One SSE frame: everything up to a blank line. */
export interface ReceivedFrame {
  /** Value of the `event:` line. */
  event: string | undefined;
  /** `data:` lines joined with LF; `''` for a comment frame. */
  data: string;
  /** Comment lines without the colon, e.g. ` keep-alive`. */
  comments: string[];
  /** The bytes as text, with the blank line. */
  raw: string;
}

/** An answer whose head has arrived. */
export interface ClientAnswer {
  readonly status: number;
  /** Lower-case names; repeated headers joined. */
  readonly headers: Record<string, string>;
  /** Flat pairs as received. */
  readonly rawHeaders: string[];
  /** Bytes of the body so far. */
  readonly received: Buffer;
  /** `open`, `complete`, or `broken` when the connection ended before the body did. */
  readonly state: 'open' | 'complete' | 'broken';
  /** Waits for the end of the body, complete or broken. */
  bytes(): Promise<Buffer>;
  text(): Promise<string>;
  json(): Promise<Record<string, unknown>>;
  /** Next complete SSE frame; undefined when the stream ended. */
  nextFrame(): Promise<ReceivedFrame | undefined>;
  /** All remaining frames. */
  frames(): Promise<ReceivedFrame[]>;
  /** Stops reading from the socket: a slow client. */
  pause(): void;
  resume(): void;
  /** Leaves: destroys the connection. */
  abort(): void;
}

/** A request under way: `answer` settles with the head; `abort` leaves at any time. */
export interface RunningRequest {
  readonly answer: Promise<ClientAnswer>;
  readonly raw: ClientRequest;
  abort(): void;
}

/** Starts a request without waiting for the head. */
export function startRequest(url: string, options: RequestOptions = {}): RunningRequest {
  const body = bytesOf(options.body);
  const outgoing = request(url, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: headersOf(options, body),
    agent: false,
  });
  const answer = new Promise<ClientAnswer>((resolve, reject) => {
    outgoing.on('response', (message) => resolve(new HttpAnswer(message)));
    outgoing.on('error', reject);
  });
  // A test that aborts on purpose does not look at the answer any more.
  answer.catch(() => undefined);
  outgoing.end(body);
  return { answer, raw: outgoing, abort: () => outgoing.destroy() };
}

/** Sends a request and resolves when the head of the answer is there. */
export function sendRequest(url: string, options: RequestOptions = {}): Promise<ClientAnswer> {
  return startRequest(url, options).answer;
}

/** Splits SSE text into frames; an unfinished rest is left out. */
export function parseFrames(text: string): ReceivedFrame[] {
  const frames: ReceivedFrame[] = [];
  let rest = text;
  for (let frame = takeFrame(rest); frame !== undefined; frame = takeFrame(rest)) {
    frames.push(frame);
    rest = rest.slice(frame.raw.length);
  }
  return frames;
}

class HttpAnswer implements ClientAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly rawHeaders: string[];
  readonly #message: IncomingMessage;
  readonly #chunks: Buffer[] = [];
  #state: 'open' | 'complete' | 'broken' = 'open';
  #framesRead = 0;

  constructor(message: IncomingMessage) {
    this.#message = message;
    this.status = message.statusCode ?? 0;
    this.rawHeaders = message.rawHeaders;
    this.headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
    );
    message.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    message.on('end', () => (this.#state = message.complete ? 'complete' : 'broken'));
    message.on('error', () => (this.#state = 'broken'));
    message.on('close', () => {
      if (this.#state === 'open') this.#state = 'broken';
    });
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get state(): 'open' | 'complete' | 'broken' {
    return this.#state;
  }

  async bytes(): Promise<Buffer> {
    await waitUntil(() => this.#state !== 'open', 'the answer to end');
    return this.received;
  }

  async text(): Promise<string> {
    return (await this.bytes()).toString('utf8');
  }

  async json(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.text()) as Record<string, unknown>;
  }

  async nextFrame(): Promise<ReceivedFrame | undefined> {
    let frame: ReceivedFrame | undefined;
    await waitUntil(
      () => {
        const ended = this.#state !== 'open';
        frame = parseFrames(this.received.toString('utf8'))[this.#framesRead];
        return frame !== undefined || ended;
      },
      `SSE frame ${this.#framesRead + 1}`,
    );
    if (frame !== undefined) this.#framesRead += 1;
    return frame;
  }

  async frames(): Promise<ReceivedFrame[]> {
    const all = parseFrames(await this.text());
    const rest = all.slice(this.#framesRead);
    this.#framesRead = all.length;
    return rest;
  }

  pause(): void {
    this.#message.pause();
  }

  resume(): void {
    this.#message.resume();
  }

  abort(): void {
    this.#message.destroy();
  }
}

function takeFrame(text: string): ReceivedFrame | undefined {
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return undefined;
  const raw = text.slice(0, end.index + end[0].length);
  const frame: ReceivedFrame = { event: undefined, data: '', comments: [], raw };
  const data: string[] = [];
  for (const line of raw.split(/\r?\n/)) {
    if (line.startsWith(':')) frame.comments.push(line.slice(1));
    else if (line.startsWith('event:')) frame.event = line.slice(6).trimStart();
    else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
  }
  frame.data = data.join('\n');
  return frame;
}

function bytesOf(body: RequestOptions['body']): Uint8Array | undefined {
  if (body === undefined || body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function headersOf(
  options: RequestOptions,
  body: Uint8Array | undefined,
): Record<string, string> | string[] {
  const length = String(body?.byteLength ?? 0);
  if (Array.isArray(options.headers)) {
    const given = options.headers.some((name) => name.toLowerCase() === 'content-length');
    return body === undefined || given
      ? options.headers
      : [...options.headers, 'content-length', length];
  }
  if (body === undefined) return { ...options.headers };
  return { 'content-type': 'application/json', 'content-length': length, ...options.headers };
}

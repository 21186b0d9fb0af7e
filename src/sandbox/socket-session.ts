/** One WebSocket of the sandbox: frames in, turns out, one at a time (codex.md 2.3, 2.4). */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { WebSocket } from 'ws';
import type { Socket } from 'node:net';
import type { BrokenOff, Refusal } from './commands.ts';
import { failedEvent } from './errors-wire.ts';
import { quotaFrame } from './quota.ts';
import { readRequest, type SandboxRequest } from './request.ts';
import { responsesBody, responsesEvents, warmUpEvents, type Answer } from './responses-wire.ts';
import {
  badRequest,
  notFound,
  refusalFrame,
  tooLong,
  tooOld,
  type Frame,
} from './socket-errors.ts';
import { MAX_CONVERSATION_BYTES, SocketMemory } from './socket-memory.ts';
import type { Outcome, SandboxUpstream } from './upstream.ts';

/** Close code of a message of the wrong kind (RFC 6455, 7.4.1). */
const UNSUPPORTED = 1003;

const schema = z.looseObject({
  type: z.literal('response.create'),
  previous_response_id: z.string().nullish(),
  input: z.array(z.unknown()).default([]),
});

type Create = z.infer<typeof schema>;

/** The socket and who opened it. */
export interface SocketParts {
  client: WebSocket;
  connection: Socket;
  account: string;
  session: string;
}

/** See the head of the file. */
export class SocketSession {
  readonly #upstream: SandboxUpstream;
  readonly #parts: SocketParts;
  readonly #memory: SocketMemory;
  #running = false;

  constructor(upstream: SandboxUpstream, parts: SocketParts) {
    this.#upstream = upstream;
    this.#parts = parts;
    this.#memory = new SocketMemory(upstream.nowMs());
  }

  /** Serves a message of the client. */
  async take(data: Buffer, isBinary: boolean): Promise<void> {
    if (isBinary) return this.#parts.client.close(UNSUPPORTED, 'text messages only');
    const create = schema.safeParse(parseJson(data));
    if (!create.success) return this.#send(badRequest(z.prettifyError(create.error)));
    if (this.#running) return this.#send(badRequest('a turn is still running on this socket'));
    this.#running = true;
    // A turn that stalls never ends, as it says.
    if (await this.#serve(create.data, data.length)) this.#running = false;
  }

  /** False: the turn does not end. */
  async #serve(create: Create, bytes: number): Promise<boolean> {
    const previous = create.previous_response_id ?? undefined;
    const known = this.#memory.itemsOf(previous);
    if (this.#memory.isTooOld(this.#upstream.nowMs())) return this.#expire();
    if (known === undefined) return this.#fail(notFound(previous ?? ''), previous);
    const items = [...known, ...create.input];
    const request = readRequest('responses', { ...create, input: items, stream: true });
    if (typeof request === 'string') return this.#fail(badRequest(request), previous);
    if (bytesOf(request) > MAX_CONVERSATION_BYTES) return this.#fail(tooLong(), previous);
    const [settings = ''] = request.items;
    const goesOn = previous !== undefined && this.#memory.hasSettings(settings);
    const { account, session } = this.#parts;
    const held = goesOn ? known.length + 1 : 0;
    const origin = { account, session, transport: 'socket', bytes, held } as const;
    const outcome = this.#upstream.decide(origin, request);
    if (outcome.kind === 'refused') {
      const { refusal, quota, nowMs } = outcome;
      return this.#refuse(refusal, refusalFrame(refusal, quota, nowMs), previous);
    }
    await this.#sendEvents(request, outcome);
    const { answer, fault } = outcome;
    if (fault !== undefined) return this.#breakOff(fault, answer, previous);
    const output = request.warmUp ? [] : (responsesBody(answer)['output'] as unknown[]);
    this.#memory.remember(`resp_${answer.id}`, settings, [...items, ...output]);
    return true;
  }

  /** All frames of the answer, or the first half of them. */
  async #sendEvents(
    request: SandboxRequest,
    { answer, fault, pauseMs, quota }: Extract<Outcome, { kind: 'answered' }>,
  ): Promise<void> {
    const [created, ...rest] = request.warmUp ? warmUpEvents(answer) : responsesEvents(answer);
    const frames = [created, quotaFrame(quota), ...rest];
    const end = fault === undefined ? frames.length : Math.ceil(frames.length / 2);
    for (const [index, frame] of frames.slice(0, end).entries()) {
      // Without `ref` a pause does not hold up the end of the process.
      if (pauseMs > 0 && index > 0) await pause(pauseMs, undefined, { ref: false });
      this.#send(frame);
    }
  }

  #breakOff(fault: BrokenOff, answer: Answer, previous: string | undefined): boolean {
    if (fault.kind === 'stall') return false;
    if (fault.kind === 'failed') return this.#fail(failedEvent(answer.id), previous);
    // Behind the frames that are already written, so that the client has seen half an answer.
    this.#parts.client.ping(undefined, undefined, () => this.#parts.connection.resetAndDestroy());
    return true;
  }

  #refuse(refusal: Refusal, frame: Frame | undefined, previous: string | undefined): boolean {
    if (frame !== undefined) return this.#fail(frame, previous);
    if (refusal.kind === 'close')
      this.#parts.client.close(refusal.code, 'the sandbox was asked to');
    else this.#parts.connection.resetAndDestroy();
    return true;
  }

  #fail(frame: Frame, previous: string | undefined): boolean {
    this.#memory.forget(previous);
    this.#send(frame);
    return true;
  }

  #expire(): boolean {
    this.#send(tooOld());
    this.#parts.client.close(1000, 'the time of this socket is over');
    return true;
  }

  #send(frame: unknown): void {
    const { client } = this.#parts;
    if (client.readyState === client.OPEN) client.send(JSON.stringify(frame));
  }
}

function bytesOf({ items }: SandboxRequest): number {
  return items.reduce((bytes, item) => bytes + Buffer.byteLength(item), 0);
}

/** Undefined for what is not JSON: the schema then says that an object was expected. */
function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    return undefined;
  }
}

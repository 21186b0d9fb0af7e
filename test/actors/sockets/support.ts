/** Upstream sockets without a network: every step is made by the test. */
import { scanRequest } from '../../../src/formats/codex/input-chain.ts';
import { SocketCall, type SocketCallParts } from '../../../src/actors/sockets/socket-call.ts';
import { WarmSockets } from '../../../src/actors/sockets/warm-sockets.ts';
import type { SseEvent } from '../../../src/formats/format.ts';
import type { SwitchyardError } from '../../../src/errors.ts';
import type { CallPhase } from '../../../src/upstream/types.ts';
import type {
  ConnectHandler,
  SocketClient,
  SocketEnd,
  SocketTurn,
  SocketTurnHandler,
  UpstreamSocket,
} from '../../../src/upstream/socket/types.ts';

export class FakeSocket implements UpstreamSocket {
  open = true;
  busy = false;
  openedAt = 0;
  headers = ['x-codex-turn-state', 'state'];
  turns = 0;
  onClosed: ((end: SocketEnd) => void) | undefined;
  readonly frames: Record<string, unknown>[] = [];
  handler: SocketTurnHandler | undefined;
  aborted = false;

  send(frame: Uint8Array, handler: SocketTurnHandler): SocketTurn {
    this.turns += 1;
    this.busy = true;
    this.frames.push(JSON.parse(Buffer.from(frame).toString()) as Record<string, unknown>);
    this.handler = handler;
    return {
      pause: () => undefined,
      resume: () => undefined,
      markFirstEvent: () => undefined,
      abort: () => {
        this.aborted = true;
        this.close();
      },
      done: () => {
        this.busy = false;
        this.handler = undefined;
      },
    };
  }

  close(code = 1000): void {
    if (!this.open) return;
    this.open = false;
    this.busy = false;
    this.onClosed?.({ code, reason: '' });
  }

  /** The upstream sends a frame. */
  say(json: unknown): void {
    this.handler?.onFrame(typeof json === 'string' ? json : JSON.stringify(json));
  }

  /** The upstream answers a turn. */
  answer(id: string, output: unknown[] = []): void {
    this.say({ type: 'response.created', response: { id } });
    output.forEach((item, index) => {
      this.say({ type: 'response.output_item.done', output_index: index, item });
    });
    this.say({ type: 'response.completed', response: { id, output } });
  }

  /** The socket dies in a turn. */
  die(error: SwitchyardError, phase: CallPhase, code?: number): void {
    const { handler } = this;
    this.open = false;
    this.busy = false;
    handler?.onError(error, phase, code === undefined ? undefined : { code, reason: '' });
    this.onClosed?.({ code: code ?? 1006, reason: '' });
  }
}

/** Hands out sockets as the test says. */
export class FakeClient implements SocketClient {
  readonly handlers: ConnectHandler[] = [];
  readonly sockets: FakeSocket[] = [];

  connect(_request: unknown, handler: ConnectHandler): { abort(): void } {
    this.handlers.push(handler);
    return { abort: () => undefined };
  }

  /** The newest handshake succeeds. */
  open(): FakeSocket {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    this.handlers.at(-1)?.onOpen(socket);
    return socket;
  }
}

/** Notes everything a call reports, in order. */
export class NotedCall {
  readonly said: string[] = [];
  readonly events: unknown[] = [];
  outcome: 'open' | 'done' | 'failed' = 'open';
  readonly call: SocketCall;

  constructor(bench: Bench, body: object, choices: Partial<SocketCallParts> = {}) {
    const sink = this.#sink();
    this.call = new SocketCall({
      scan: scanRequest(Buffer.from(JSON.stringify(body))),
      session: null,
      continues: false,
      conversation: 'c',
      warmUp: false,
      request: { url: 'ws://up.test/responses', headers: [], proxyUrl: '' },
      client: bench.client,
      sockets: bench.sockets,
      nowMs: () => bench.nowMs,
      onSent: (bytes) => bench.sent.push(bytes),
      listener: {
        onSending: () => this.said.push('sending'),
        onHttp: () => this.said.push('http'),
        onPrivate: ({ event }) => this.said.push(`private ${event ?? ''}`),
      },
      ...choices,
      sink,
    });
    this.call.start();
  }

  #sink(): SocketCallParts['sink'] {
    const { said, events } = this;
    const end = (outcome: 'done' | 'failed'): void => void (this.outcome = outcome);
    const outcome = (): 'open' | 'done' | 'failed' => this.outcome;
    return {
      onHead: (status) => void said.push(`head ${status}`),
      onData: (chunk) => void said.push(`data ${Buffer.from(chunk).toString()}`),
      onEnd: () => (said.push('end'), end('failed')),
      onError: (error, phase) => (said.push(`error ${error.code} ${phase}`), end('failed')),
      refuse: (error) => (said.push(`refused ${error.code}`), end('failed')),
      onEvent(event: SseEvent): void {
        said.push(event.event ?? '');
        events.push(event.json);
        if (/^response\.(completed|incomplete|done)$/.test(event.event ?? '')) end('done');
        if (event.event === 'error' || event.event === 'response.failed') end('failed');
      },
      get outcome() {
        return outcome();
      },
    };
  }
}

/** One credential's sockets and their client. */
export class Bench {
  nowMs = 0;
  /** Bytes that each frame saved. */
  readonly sent: number[] = [];
  readonly client = new FakeClient();
  readonly sockets: WarmSockets;

  constructor(perCredential = 100, maxAgeMs = 1000) {
    this.sockets = new WarmSockets({ pingMs: 0, idleMs: 0, maxAgeMs, perCredential });
  }

  call(body: object, choices: Partial<SocketCallParts> = {}): NotedCall {
    return new NotedCall(this, body, choices);
  }
}

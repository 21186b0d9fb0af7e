/**
 * One turn over an upstream WebSocket: finds or opens a socket, sends the frame, hands on what comes
 * back. Repeats at most once, on a new socket with the whole input, and only where the upstream can
 * not have begun to answer. Where no socket can be had, the caller is told to use HTTP.
 */
import { endOf, scanRequest, withOutput, type ChainEnd } from '../../formats/codex/input-chain.ts';
import { eventOf, finishedResponse, isNotTaken, isPrivate } from './frames.ts';
import { NO_ITEMS } from '../../formats/codex/input-chain.ts';
import { planTurn, type SocketAsk } from './plan.ts';
import { SocketAnswer, type SocketSink } from './socket-answer.ts';
import { socketFrame, type FrameExtent } from '../../formats/codex/socket-frame.ts';
import { SwitchyardError, toSwitchyardError } from '../../errors.ts';
import type { CallPhase, UpstreamCall } from '../../upstream/types.ts';
import type { JsonObject } from '../../canonical/value.ts';
import type { SseEvent } from '../../formats/format.ts';
import type { WarmSocket, WarmSockets } from './warm-sockets.ts';
import type {
  SocketClient,
  SocketEnd,
  SocketRequest,
  SocketTurn,
} from '../../upstream/socket/types.ts';

/** What the owner of the turn is told. */
export interface SocketCallListener {
  /** The frame goes out now: the turn may be billed from here on. */
  onSending(): void;
  /** Nothing was sent, and no socket can be had: the turn belongs on HTTP. */
  onHttp(): void;
  /** A frame about the account; it comes before the answer begins. */
  onPrivate(event: SseEvent): void;
}

/** What a call is made of. */
export interface SocketCallParts extends SocketAsk {
  /** Continuity key: names the conversation. */
  conversation: string;
  /** The client keeps `generate: false`, and wants private frames: it came on a WebSocket itself. */
  warmUp: boolean;
  request: SocketRequest;
  client: SocketClient;
  sockets: WarmSockets;
  sink: SocketSink;
  listener: SocketCallListener;
  nowMs(): number;
  /** A frame went out; bytes of it that did not have to travel. */
  onSent(savedBytes: number): void;
}

/** Answers to an upgrade that speak about WebSockets and not about the account (codex.md 2.8). */
const NO_UPGRADE: ReadonlySet<number> = new Set([400, 404, 405, 406, 410, 426, 501]);

/** Statuses with which the way to the upstream fails, not the upstream: HTTP may get through. */
const LOWEST_SERVER_ERROR = 500;

/** How a socket that was kept too long ends; the upstream has not read what was just sent. */
const KEPT_TOO_LONG: ReadonlySet<number> = new Set([1000, 1001, 1005, 1006, 1012]);

/** Errors that say something about what was sent, not about the connection or the account. */
const ABOUT_THE_TURN: ReadonlySet<SwitchyardError['code']> = new Set([
  'upstream_message_too_big',
  'upstream_bad_answer',
  'internal',
]);

/** See the head of the file. */
export class SocketCall implements UpstreamCall {
  readonly #parts: SocketCallParts;
  readonly #answer: SocketAnswer;
  #extent: FrameExtent = { kind: 'full' };
  #warm: WarmSocket | undefined;
  #turn: SocketTurn | undefined;
  #connect: { abort(): void } | undefined;
  #reused = false;
  #repeated = false;
  #paused = false;
  #ended = false;
  #savedBytes = 0;

  constructor(parts: SocketCallParts) {
    this.#parts = parts;
    const { sink, session, listener } = parts;
    this.#answer = new SocketAnswer(sink, session !== null, (event) => listener.onPrivate(event));
  }

  /** Request bytes that did not have to travel. */
  get savedBytes(): number {
    return this.#savedBytes;
  }

  /** Begins. The sink and the listener may be called before this returns. */
  start(): void {
    const { sockets, conversation, nowMs } = this.#parts;
    const idle = sockets.idle(conversation, nowMs());
    const plan = planTurn(this.#parts, idle, () => sockets.makeRoom(conversation));
    if (plan.do === 'send') this.#send(plan.warm, plan.extent);
    else if (plan.do === 'open') this.#open();
    else this.#withoutSocket(plan.do === 'replay');
  }

  pause(): void {
    this.#paused = true;
    this.#turn?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#turn?.resume();
  }

  abort(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#connect?.abort();
    this.#turn?.abort();
  }

  markFirstEvent(): void {
    this.#turn?.markFirstEvent();
  }

  #open(): void {
    const { client, request, sockets, conversation, sink } = this.#parts;
    const over = sockets.connecting();
    this.#connect = client.connect(request, {
      onOpen: (socket) => {
        over();
        if (this.#ended) socket.close();
        else this.#send(sockets.add(conversation, socket), { kind: 'full' });
      },
      onRefused: (status, headers, body) => {
        over();
        if (!this.#ended) this.#onRefused(status, headers, body);
      },
      onError: (error) => {
        over();
        if (this.#ended) return;
        this.#ended = true;
        sink.onError(error, 'not-sent');
      },
    });
  }

  #onRefused(status: number, headers: string[], body: string): void {
    const { sockets, sink, nowMs } = this.#parts;
    if (NO_UPGRADE.has(status)) sockets.refused(nowMs());
    if (NO_UPGRADE.has(status) || status >= LOWEST_SERVER_ERROR || status < 400) {
      this.#withoutSocket(false);
      return;
    }
    this.#ended = true;
    sink.onHead(status, headers);
    sink.onData(Buffer.from(body, 'utf8'));
    sink.onEnd();
  }

  /** HTTP knows neither earlier answers nor warm-ups: such a turn has to come again, whole. */
  #withoutSocket(replay: boolean): void {
    this.#ended = true;
    const { continues, warmUp, sink, listener } = this.#parts;
    if (replay || continues || warmUp) sink.refuse(new SwitchyardError('replay_required'));
    else listener.onHttp();
  }

  #send(warm: WarmSocket, extent: FrameExtent): void {
    const { scan, session, warmUp, listener, sockets } = this.#parts;
    const frame = socketFrame(scan, extent, warmUp);
    this.#warm = warm;
    this.#extent = extent;
    this.#reused = warm.socket.turns > 0;
    const less = extent.kind === 'increment' ? scan.body.length - frame.length : 0;
    this.#savedBytes = Math.max(0, less);
    warm.session = session;
    sockets.touch(warm);
    listener.onSending();
    this.#parts.onSent(this.#savedBytes);
    this.#turn = warm.socket.send(frame, {
      onFrame: (text) => this.#onFrame(text),
      onError: (error, phase, end) => this.#onError(error, phase, end),
    });
    if (this.#paused) this.#turn.pause();
  }

  #onFrame(text: string): void {
    if (this.#ended) return;
    try {
      const event = eventOf(text);
      const { begun } = this.#answer;
      if (!begun && isNotTaken(event.json) && this.#mayRepeat()) this.#repeat();
      else if (!begun && isPrivate(event)) this.#answer.hold(event);
      else this.#handOn(event);
    } catch (thrown) {
      this.#fail(toSwitchyardError(thrown), 'answering');
      this.#turn?.abort();
    }
  }

  #handOn(event: SseEvent & { json: JsonObject }): void {
    const { sink } = this.#parts;
    this.#answer.take(event, this.#reused ? [] : (this.#warm?.socket.headers ?? []));
    if (sink.outcome !== 'open') this.#finish(event.json, sink.outcome === 'done');
  }

  /** The answer is whole or failed: the socket is free, or no longer to be trusted. */
  #finish(last: JsonObject, done: boolean): void {
    this.#ended = true;
    const warm = this.#warm;
    this.#turn?.done();
    if (warm === undefined) return;
    const response = done ? finishedResponse(last) : undefined;
    if (response !== undefined) this.#remember(warm, response);
    else warm.memory = undefined;
    if (!done || !this.#parts.sockets.holds(warm)) warm.socket.close();
  }

  #remember(warm: WarmSocket, response: JsonObject): void {
    const { scan } = this.#parts;
    let end: ChainEnd = endOf(scan);
    if (this.#extent.kind === 'client') {
      const before = warm.memory?.chain ?? NO_ITEMS;
      end = endOf(scanRequest(scan.body, before), before);
    }
    warm.memory = {
      responseId: String(response.id),
      chain: withOutput(end, this.#answer.output(response)),
      settings: scan.settings,
    };
  }

  #onError(error: SwitchyardError, phase: CallPhase, end: SocketEnd | undefined): void {
    if (this.#ended) return;
    // A frame was seen, but nothing of an answer: for the client it is still unsent.
    const unread = phase === 'not-sent' || (phase === 'sent' && isStale(this.#reused, end));
    if (unread && this.#mayRepeat()) this.#repeat();
    else this.#fail(error, phase);
  }

  #fail(error: SwitchyardError, phase: CallPhase): void {
    this.#ended = true;
    if (ABOUT_THE_TURN.has(error.code)) this.#parts.sink.refuse(error);
    else this.#parts.sink.onError(error, phase);
  }

  #mayRepeat(): boolean {
    return !this.#repeated;
  }

  #repeat(): void {
    this.#repeated = true;
    this.#answer.dropHeld();
    this.#turn?.done();
    this.#turn = undefined;
    this.#warm?.socket.close();
    const { continues, sockets, conversation } = this.#parts;
    if (continues) this.#withoutSocket(true);
    else if (sockets.makeRoom(conversation)) this.#open();
    else this.#withoutSocket(false);
  }
}

const isStale = (reused: boolean, end: SocketEnd | undefined): boolean =>
  reused && end !== undefined && KEPT_TOO_LONG.has(end.code);

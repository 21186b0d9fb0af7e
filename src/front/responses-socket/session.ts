/**
 * One client WebSocket: takes its frames one after the other, remembers between turns who knows the
 * conversation, and is closed when a turn says so (codex.md 3.5, 3.6). An idle one holds no timer and
 * no body but its transcript, and that within a common budget.
 */
import { randomUUID } from 'node:crypto';
import { answerTo } from './closing.ts';
import { errorFrame, previousResponseNotFound } from './error-frame.ts';
import { logTurn, newLedger, NOTHING_DONE, type Ledger } from '../ledger.ts';
import { readFrame } from './frame.ts';
import { SocketTurn, type TurnEnd } from './socket-turn.ts';
import { STREAM_WINDOW_BYTES } from '../../actors/credit.ts';
import { SwitchyardError, toSwitchyardError } from '../../errors.ts';
import type { ClientSocket, SocketClose, SocketHandlers } from '../server/types.ts';
import type { FrontState } from '../front-state.ts';
import type { Memory } from './plan.ts';
import type { OpenRequests } from '../open-requests.ts';
import type { Principal } from '../../turn.ts';
import type { ToolCache, ToolCaches } from './tool-cache.ts';
import type { Transcript } from './transcript.ts';
import type { TranscriptBudget } from './transcript-budget.ts';

/** Frames that wait for the turn before them; real clients never send one early. */
export const MAX_WAITING_FRAMES = 4;

/** How a client that sends too many frames is told (RFC 6455, 7.4.1). */
const TOO_MANY_FRAMES: SocketClose = { code: 1008, reason: 'too many frames wait' };

/** The proxy goes away; the client shall come again (RFC 6455 registry: service restart). */
export const RESTARTING: SocketClose = { code: 1012, reason: 'the proxy restarts' };

/** What all sockets of a front share. */
export interface SocketsShared {
  readonly front: FrontState;
  readonly open: OpenRequests;
  readonly transcripts: TranscriptBudget<Session, Transcript>;
  readonly tools: ToolCaches;
  onOpen(session: Session): void;
  onClose(session: Session): void;
}

/** What the handshake said. */
export interface Handshake {
  path: string;
  /** Headers for the turns, flat pairs. */
  headers: string[];
  principal: Principal;
  /** The client's own name of its session; `''`: none. */
  toolKey: string;
}

/** See the head of the file. */
export class Session implements SocketHandlers {
  /** Also the execution session of its turns (codex.md 3.5). */
  readonly id = randomUUID();
  readonly shared: SocketsShared;
  readonly handshake: Handshake;
  /** Who knows the conversation. */
  memory: Memory = { at: 'here' };
  /** Model of the last frame, for frames that name none. */
  model = '';
  /** Tool calls of the client's session. */
  tools: ToolCache | undefined;
  #socket: ClientSocket | undefined;
  #turn: SocketTurn | undefined;
  #turns = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Set when no further turn may begin. */
  #closing: SocketClose | undefined;

  constructor(shared: SocketsShared, handshake: Handshake) {
    this.shared = shared;
    this.handshake = handshake;
  }

  onOpen(socket: ClientSocket): void {
    this.#socket = socket;
    this.tools = this.shared.tools.acquire(this.handshake.toolKey);
    this.shared.onOpen(this);
  }

  onMessage(socket: ClientSocket, data: Uint8Array): void {
    if (this.#waiting.length === 0 && this.#isReady(socket)) this.#begin(socket, data);
    else this.#wait(socket, data);
  }

  onDrain(): void {
    if (this.#turn === undefined) this.#next();
    else this.#turn.drained();
  }

  onClose(_socket: ClientSocket, { code, reason }: SocketClose): void {
    const { front, tools, transcripts } = this.shared;
    this.#socket = undefined;
    this.#waiting = [];
    this.#turn?.clientLeft();
    transcripts.drop(this);
    tools.release(this.handshake.toolKey);
    this.shared.onClose(this);
    front.log.debug({ socket: this.id, turns: this.#turns, code, reason }, 'client socket closed');
  }

  ping(): void {
    this.#socket?.ping();
  }

  /** Closes the socket behind its turn, or now when it has none. */
  retire(close: SocketClose): void {
    this.#closing = close;
    if (this.#turn === undefined) this.close(close);
  }

  /** Ends the turn with an error, and the socket. */
  end(error: SwitchyardError, close: SocketClose): void {
    this.#closing = close;
    this.#turn?.abandon(error);
    this.close(close);
  }

  close({ code, reason }: SocketClose): void {
    this.#socket?.close(code, reason);
  }

  /** Nothing runs, and the client has read what came before: else answers would pile up. */
  #isReady({ buffered }: ClientSocket): boolean {
    return this.#turn === undefined && buffered < STREAM_WINDOW_BYTES;
  }

  #wait(socket: ClientSocket, data: Uint8Array): void {
    const { maxBodyBytes } = this.shared.front.settings.limits;
    const bytes = this.#waitingBytes + data.byteLength;
    if (this.#waiting.length < MAX_WAITING_FRAMES && bytes <= maxBodyBytes) {
      this.#waiting.push(data);
      this.#waitingBytes = bytes;
      return;
    }
    socket.send(errorFrame(new SwitchyardError('overloaded', { message: TOO_MANY_FRAMES.reason })));
    this.close(TOO_MANY_FRAMES);
  }

  #begin(socket: ClientSocket, data: Uint8Array): void {
    const { front, open } = this.shared;
    const ledger = newLedger({ method: 'WS', path: this.handshake.path });
    this.#turns += 1;
    let turn: SocketTurn;
    try {
      const frame = readFrame(data);
      turn = new SocketTurn({
        session: this,
        socket,
        frame,
        ledger,
        onEnd: (end) => this.#onTurnEnd(ledger, end),
      });
      open.enter(front.settings.limits.maxOpenRequests);
    } catch (thrown) {
      this.#refuse(socket, ledger, toSwitchyardError(thrown));
      return;
    }
    this.#turn = turn;
    ledger.ownMs = performance.now() - ledger.startedAt;
    turn.start();
  }

  /** The frame did not become a turn: its client is told, and may send another. */
  #refuse(socket: ClientSocket, ledger: Ledger, error: SwitchyardError): void {
    const { front } = this.shared;
    if (error.code === 'internal') front.log.error({ err: error }, 'a frame failed');
    const { frame, close } = isUnknownStart(error) ? UNKNOWN_START : answerTo(error);
    socket.send(frame);
    logTurn(front.requestLog, ledger, { ...NOTHING_DONE, status: error.status, error: error.code });
    if (close === undefined) this.#next();
    else this.close(close);
  }

  #onTurnEnd(ledger: Ledger, { report, close }: TurnEnd): void {
    const { front, open } = this.shared;
    this.#turn = undefined;
    open.leave();
    logTurn(front.requestLog, ledger, report);
    const closing = this.#closing ?? close;
    if (closing === undefined) this.#next();
    else this.close(closing);
  }

  #next(): void {
    const socket = this.#socket;
    if (socket === undefined || !this.#isReady(socket)) return;
    const data = this.#waiting.shift();
    if (data === undefined) return;
    this.#waitingBytes -= data.byteLength;
    this.#begin(socket, data);
  }
}

/** Nothing was said on this socket that the frame could continue (codex.md 9.11, 92). */
const UNKNOWN_START = { frame: previousResponseNotFound(), close: undefined };
const isUnknownStart = ({ code }: SwitchyardError): boolean => code === 'replay_required';

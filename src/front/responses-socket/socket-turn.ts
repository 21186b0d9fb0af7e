/**
 * One turn of a client WebSocket, from its frame to its last message: plans it, gives each try the
 * body that its credential understands, and notes afterwards who knows the conversation.
 */
import { randomUUID } from 'node:crypto';
import { AnswerFrames } from './answer-frames.ts';
import { answerStatus } from '../errors/body.ts';
import { answerTo } from './closing.ts';
import { bodyTooLarge } from '../body-limit.ts';
import { checkModelName } from '../peek.ts';
import { ClientTurn, type TurnReport } from '../client-turn.ts';
import { extended, fullBody, type FullTurn, type Transcript } from './transcript.ts';
import { FrameWriter, type Ending } from './frame-writer.ts';
import { itemOf } from './stored-item.ts';
import { knownModel, nativeBody } from './native-body.ts';
import { NOTHING_DONE, type Ledger } from '../ledger.ts';
import { planTurn, type SocketPlan } from './plan.ts';
import { prewarmFrames, prewarmId } from './prewarm.ts';
import { releasesPin } from './pin.ts';
import type { ClientFrame } from './frame.ts';
import type { ClientSocket, SocketClose } from '../server/types.ts';
import type { RoutedTurn } from '../routed-turn.ts';
import type { Target } from '../target.ts';
import type { Session } from './session.ts';
import type { SwitchyardError } from '../../errors.ts';
import type { TurnFailure } from '../../turn.ts';

/** How a turn ended. */
export interface TurnEnd {
  report: TurnReport;
  /** Undefined: the socket stays open. */
  close: SocketClose | undefined;
}

/** What a turn is made of. */
export interface SocketTurnParts {
  session: Session;
  socket: ClientSocket;
  frame: ClientFrame;
  ledger: Ledger;
  onEnd(end: TurnEnd): void;
}

/** See the head of the file. */
export class SocketTurn {
  readonly #parts: SocketTurnParts;
  readonly #model: string;
  readonly #transcript: Transcript | undefined;
  readonly #answer = new AnswerFrames();
  readonly #plan: SocketPlan;
  readonly #codexOnly: boolean;
  readonly #turn: ClientTurn;
  #writer: FrameWriter | undefined;
  /** Made on first use: only upstreams without a socket need it. */
  #full: FullTurn | undefined;
  /** Id of the answer to a warm-up that was given here. */
  #prewarmId: string | undefined;

  /** @throws SwitchyardError for a frame that no turn can be made of. */
  constructor(parts: SocketTurnParts) {
    const { session, frame, ledger } = parts;
    const { transcripts } = session.shared;
    this.#parts = parts;
    this.#transcript = transcripts.of(session);
    this.#model = frame.model ?? knownModel(this.#transcript?.model ?? session.model);
    checkModelName(this.#model);
    ledger.model = this.#model;
    this.#plan = planTurn(frame, session.memory, this.#transcript !== undefined);
    const routed = this.#route();
    this.#codexOnly = routed.providers.every((provider) => provider === CODEX);
    if (this.#plan.body === 'full') this.#wholeTurn();
    this.#turn = this.#clientTurn(routed);
    session.model = this.#model;
  }

  start(): void {
    if (this.#plan.here !== 'always') {
      this.#turn.advance();
      return;
    }
    const { frames } = this.#prewarm();
    for (const text of frames) this.#parts.socket.send(text);
    this.#onDone(NOTHING_DONE);
  }

  drained(): void {
    this.#writer?.drained();
  }

  clientLeft(): void {
    this.#turn.clientLeft();
  }

  /** Ends it from our side; the client is told why. */
  abandon(error: SwitchyardError): void {
    this.#turn.abandon(error);
  }

  #route(): RoutedTurn {
    const { session, frame } = this.#parts;
    const { handshake, shared, id } = session;
    return shared.front.router.route({
      format: FORMAT,
      path: handshake.path,
      headers: handshake.headers,
      body: frame.data,
      members: frame.members,
      model: this.#model,
      scope: handshake.principal.scope,
      executionSession: id,
      socket: this.#plan.wishes,
      nowMs: shared.front.now(),
    });
  }

  #clientTurn(routed: RoutedTurn): ClientTurn {
    const { session, socket, ledger } = this.#parts;
    const { handshake, shared, id } = session;
    return new ClientTurn({
      front: shared.front,
      routed,
      turn: {
        requestId: ledger.id,
        format: FORMAT,
        path: handshake.path,
        requestedModel: this.#model,
        stream: true,
        principal: handshake.principal,
        headers: handshake.headers,
        executionSession: id,
        continues: this.#plan.continues,
      },
      bodyFor: (target) => this.#bodyFor(target),
      sink: (grant) => {
        this.#writer = new FrameWriter({
          socket,
          answer: this.#answer,
          grant,
          endingOf: (failure) => this.#endingOf(failure),
          onBroken: (error) => this.#turn.abandon(error),
        });
        return this.#writer;
      },
      onTryFailed: (target, failure) => this.#onTryFailed(target, failure),
      onDone: (report) => this.#onDone(report),
    });
  }

  #bodyFor({ websockets }: Target): Uint8Array {
    const { body } = this.#plan;
    const native = body === 'native' || (body === 'by-credential' && websockets);
    return native ? nativeBody(this.#parts.frame, this.#model) : this.#wholeTurn().body;
  }

  /** @throws SwitchyardError for a frame that does not fit the conversation, or is too long with it. */
  #wholeTurn(): FullTurn {
    if (this.#full !== undefined) return this.#full;
    const { frame, session } = this.#parts;
    const full = fullBody(this.#transcript, frame, {
      model: this.#model,
      codexOnly: this.#codexOnly,
      repair: session.tools,
    });
    const limit = session.shared.front.settings.limits.maxBodyBytes;
    if (full.body.byteLength > limit) throw bodyTooLarge(limit);
    this.#full = full;
    return full;
  }

  #endingOf(failure: SwitchyardError | TurnFailure): Ending {
    if (this.#plan.here === 'instead' && failure.code === 'replay_required') return this.#prewarm();
    const { frame, close } = answerTo(failure);
    return { status: answerStatus(failure), frames: [frame], close };
  }

  /** A warm-up that no upstream socket takes begins a transcript (codex.md 3.8). */
  #prewarm(): Ending {
    const { front } = this.#parts.session.shared;
    const id = randomUUID();
    this.#prewarmId = prewarmId(id);
    const createdAt = Math.floor(front.now() / 1000);
    const frames = prewarmFrames(id, this.#model, createdAt);
    return { status: 200, frames, close: undefined };
  }

  #onTryFailed({ credential }: Target, failure: TurnFailure): void {
    const { session } = this.#parts;
    const { memory } = session;
    if (memory.at !== 'upstream' || memory.pin !== credential || !releasesPin(failure)) return;
    session.memory = { at: 'upstream', pin: undefined };
  }

  #onDone(report: TurnReport): void {
    const { onEnd } = this.#parts;
    const close = this.#writer?.close;
    if (this.#prewarmId !== undefined) {
      this.#rememberHere();
      onEnd({ report: { ...report, status: 200, error: undefined }, close });
      return;
    }
    if (report.error === undefined) this.#remember(report);
    onEnd({ report, close });
  }

  #remember({ target, summary }: TurnReport): void {
    const { session } = this.#parts;
    if (target === undefined || summary?.transport !== 'websocket') {
      this.#rememberHere();
      return;
    }
    session.memory = { at: 'upstream', pin: target.credential };
    session.shared.transcripts.drop(session);
    session.tools?.record(this.#answer.output.map(itemOf));
  }

  /** The upstream keeps nothing: the conversation is kept here, if it is not too large. */
  #rememberHere(): void {
    const { session } = this.#parts;
    const { transcripts } = session.shared;
    session.memory = { at: 'here' };
    const transcript = this.#extended();
    if (transcript === undefined) transcripts.drop(session);
    else {
      transcripts.keep(session, transcript);
      session.tools?.record(transcript.items);
    }
  }

  #extended(): Transcript | undefined {
    try {
      const { output, responseId } = this.#answer;
      return extended(this.#wholeTurn(), output, this.#prewarmId ?? responseId);
    } catch {
      // An upstream took a frame that is no conversation by our rules: nothing can continue it.
      return undefined;
    }
  }
}

const FORMAT = 'openai-response';
const CODEX = 'codex';

/** What passes between a turn, its attempts and its credential. */
import type { Caller, CallPhase } from '../upstream/types.ts';
import type { PreparedTurn } from './prepare.ts';
import type { QuotaReading } from '../credentials/quota.ts';
import type { ReasoningReplay } from './reasoning-replay/reasoning-replay.ts';
import type { Token } from './tokens/keeper.ts';
import type { Translation } from './translation.ts';
import type { TurnContext } from './turn-context.ts';
import type { TurnRequest, TurnSummary } from '../turn.ts';
import type { TurnSockets } from './sockets/turn-sockets.ts';
import type { TurnStream } from './turn-stream.ts';
import type { TurnUsage } from '../formats/format.ts';
import type { UpstreamFailure } from '../providers/types.ts';

/** What an attempt needs of its credential and host. */
export interface AttemptOwner extends TurnContext {
  readonly upstream: Caller;
  /** Its upstream WebSockets. */
  readonly sockets: TurnSockets;
  /** Reasoning of conversations whose client may drop it. */
  readonly replay: ReasoningReplay;
  readonly translation: Translation;
  /** `askedAtMs`: start of the turn, undefined when its answer failed. */
  observed(reading: QuotaReading, model: string, askedAtMs: number | undefined): void;
  /** One diagnostic line per upstream request (codex.md 4.5). */
  diagnose(request: TurnRequest, prepared: PreparedTurn): void;
}

/** What the turn is told. After any but `onFirstByte` nothing more comes. */
export interface AttemptListener {
  onFirstByte(): void;
  /** The answer is whole, and with the stream; `status` is the upstream's. */
  onDone(status: number, usage: TurnUsage | undefined): void;
  onFailure(failure: UpstreamFailure, phase: CallPhase): void;
  /** Nothing was sent, and no socket can be had: the turn belongs on HTTP. */
  onHttp(): void;
  /** A fault of the request or of our own code. */
  onFault(thrown: unknown): void;
}

/** What is tried, and where its answer goes. */
export interface AttemptPlan {
  readonly request: TurnRequest;
  readonly stream: TurnStream;
  readonly model: string;
  /** Thinking suffix value of the model. */
  readonly thinking: string | undefined;
  readonly token: Token;
  /** When the turn began; milliseconds of its owner's clock. */
  readonly startedAtMs: number;
  /** No socket can be had for this turn. */
  readonly httpOnly: boolean;
}

/** An attempt's part of the turn's summary. */
export type AttemptFacts = Pick<TurnSummary, 'continuity' | 'ownMs' | 'transport' | 'savedBytes'>;

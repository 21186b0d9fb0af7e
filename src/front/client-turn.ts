/**
 * One client request from its routed turn to its last byte: drives the attempts until one answers,
 * and writes the answer. Everything that can be decided without I/O is decided elsewhere; this file
 * only sequences.
 */
import { SwitchyardError, toSwitchyardError } from '../errors.ts';
import type { Beat } from './ticker.ts';
import type { FrontState } from './front-state.ts';
import type { HeadFrame, OpenStream, StreamListener } from './host-links.ts';
import type { RoutedTurn } from './routed-turn.ts';
import type { Target } from './target.ts';
import type { TurnFailure, TurnRequest, TurnSummary } from '../turn.ts';
import type { TurnSink } from './turn-sink.ts';

/**
 * How long a turn waits for the host of its credential to be replaced, milliseconds. A replacement
 * takes well under a second; after this the next candidate is tried.
 */
export const HOST_WAIT_MS = 5_000;

/** Status in logs when the client left before the end (routing.md 13). */
const CLIENT_LEFT = 499;

/** What a finished turn tells the request log. */
export interface TurnReport {
  status: number;
  /** Target that was tried last. */
  target: Target | undefined;
  attempts: number;
  firstByteAt: number | undefined;
  summary: TurnSummary | undefined;
  error: string | undefined;
}

/** A turn without the fields that each target decides. */
export type TurnOutline = Omit<
  TurnRequest,
  'upstreamModels' | 'thinking' | 'forcedModel' | 'capabilities' | 'mayRepeat' | 'body'
>;

/** What a client turn is made of. */
export interface ClientTurnParts {
  front: FrontState;
  routed: RoutedTurn;
  turn: TurnOutline;
  /** The body for one target. Called once per try. @throws SwitchyardError */
  bodyFor(target: Target): Uint8Array;
  /** Makes the place of the answer; `grant` gives bytes back to the stream's window. */
  sink(grant: (bytes: number) => void): TurnSink;
  /** One try failed. */
  onTryFailed?(target: Target, failure: TurnFailure): void;
  onDone(report: TurnReport): void;
}

/** One request that is being served. */
export class ClientTurn implements StreamListener {
  readonly #parts: ClientTurnParts;
  readonly #sink: TurnSink;
  #stream: OpenStream | undefined;
  /** What is pending while no stream is open: a pause between rounds, or a lost host. */
  #pending: (() => void) | undefined;
  #target: Target | undefined;
  #answering = false;
  #attempts = 0;
  #firstByteAt: number | undefined;
  #status = 0;
  #done = false;

  constructor(parts: ClientTurnParts) {
    this.#parts = parts;
    this.#sink = parts.sink((bytes) => this.#stream?.grant(bytes));
  }

  /** Makes the next move: an attempt, a pause, or the final error. */
  advance(): void {
    const { front, routed } = this.#parts;
    this.#pending = undefined;
    try {
      const step = routed.next(front.now());
      if (step.do === 'try') this.#try(step.target);
      else if (step.do === 'wait') this.#pause(step.ms);
      else this.#answerError(step.failure);
    } catch (thrown) {
      this.#answerError(toSwitchyardError(thrown));
    }
  }

  onHead(head: HeadFrame): void {
    this.#answering = true;
    this.#status = head.status;
    this.#firstByteAt = performance.now();
    this.#sink.head(head, this.#diagnosticHeaders(head));
  }

  onData(bytes: Uint8Array): void {
    this.#sink.data(bytes);
  }

  onEnd(summary: TurnSummary): void {
    this.#parts.routed.succeeded(this.#parts.front.now());
    this.#sink.end();
    this.#finish(this.#status, summary, undefined);
  }

  onFail(failure: TurnFailure): void {
    const { front, routed } = this.#parts;
    this.#stream = undefined;
    routed.failed(failure, front.now());
    if (this.#target !== undefined) this.#parts.onTryFailed?.(this.#target, failure);
    if (!this.#answering) {
      this.advance();
      return;
    }
    this.#sink.fail(failure);
    this.#finish(failure.status, failure.summary, failure.code);
  }

  onFlush(): void {
    this.#sink.flush();
  }

  /** The client is gone: the upstream call is cut at once. */
  clientLeft(): void {
    this.#cut();
    this.#finish(CLIENT_LEFT, undefined, 'cancelled');
  }

  /** Ends the turn from our side; the client is told why. */
  abandon(error: SwitchyardError): void {
    this.#cut();
    this.#answerError(error);
  }

  #cut(): void {
    this.#pending?.();
    this.#pending = undefined;
    this.#stream?.cancel();
    this.#stream = undefined;
  }

  #try(target: Target): void {
    const { front, turn } = this.#parts;
    const { upstreamModels, thinking, forcedModel, capabilities, mayRepeat } = target;
    this.#target = target;
    this.#attempts += 1;
    const request: TurnRequest = {
      requestId: turn.requestId,
      format: turn.format,
      path: turn.path,
      requestedModel: turn.requestedModel,
      upstreamModels,
      thinking,
      forcedModel,
      capabilities,
      stream: turn.stream,
      ...(turn.streamForm !== undefined && { streamForm: turn.streamForm }),
      principal: turn.principal,
      headers: turn.headers,
      executionSession: turn.executionSession,
      continues: turn.continues,
      ...(mayRepeat && { mayRepeat }),
      body: this.#parts.bodyFor(target),
    };
    this.#stream = front.links.open(target.credential, request, this);
    if (this.#stream === undefined) this.#waitForHost(target);
  }

  /** The credential's host is being replaced: try again when it is back, or give the target up. */
  #waitForHost(target: Target): void {
    const { front, routed } = this.#parts;
    const undo = front.links.whenOwned(target.credential, () => {
      limit.stop();
      this.#attempts -= 1;
      this.#try(target);
    });
    const limit = front.ticker.after(HOST_WAIT_MS, () => {
      undo();
      routed.skipped(front.now());
      this.advance();
    });
    this.#pending = () => {
      undo();
      limit.stop();
    };
  }

  #pause(ms: number): void {
    const beat: Beat = this.#parts.front.ticker.after(ms, () => this.advance());
    this.#pending = () => beat.stop();
  }

  #answerError(failure: SwitchyardError | TurnFailure): void {
    const status = this.#sink.refuse(failure);
    const summary = failure instanceof SwitchyardError ? undefined : failure.summary;
    this.#finish(status, summary, failure.code);
  }

  #diagnosticHeaders(head: HeadFrame): string[] {
    if (!this.#parts.front.settings.answers.diagnosticHeaders) return [];
    const account = this.#target?.handle ?? '';
    return ['x-switchyard-account', account, 'x-switchyard-continuity', head.continuity];
  }

  #finish(status: number, summary: TurnSummary | undefined, error: string | undefined): void {
    if (this.#done) return;
    this.#done = true;
    if (error !== undefined) this.#sink.stop();
    this.#parts.onDone({
      status,
      target: this.#target,
      attempts: this.#attempts,
      firstByteAt: this.#firstByteAt,
      summary,
      error,
    });
  }
}

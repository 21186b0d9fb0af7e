/**
 * Reads one upstream answer and hands it on as client-ready text: event stream or JSON, whole or
 * broken. Knows nothing of credentials, cooldowns or retries; every ending is reported once.
 */
import { AnswerBody, eventOfBody, isOk, type BodyContext } from './answer-body.ts';
import { HeldEvents } from './held-events.ts';
import { SwitchyardError, toSwitchyardError } from '../errors.ts';
import { brokenAnswer, networkFailure } from './answer-failures.ts';
import { upstreamHeader } from '../headers.ts';
import { PageInstead } from './page-instead.ts';
import { SseReader } from '../formats/sse/reader.ts';
import type { SseEvent, TurnUsage } from '../formats/format.ts';
import type { UpstreamFailure } from '../providers/types.ts';
import type { QuotaReading } from '../credentials/quota.ts';
import type { CallPhase, UpstreamCall, UpstreamHandler } from '../upstream/types.ts';

/** Status of an overload that the client has not heard of. */
const OVERLOADED = 503;

/** What an answer reports. `onDone` or `onFailure` is the last call, and comes once. */
export interface AnswerListener {
  onHead(status: number, headers: string[]): void;
  /** An event told about the account's quota. `failed`: it is the answer's failure, too. */
  onQuota(reading: QuotaReading, failed: boolean): void;
  /** Client-ready text; never empty. */
  onText(text: string): void;
  /** A whole client-ready body. */
  onBody(body: Uint8Array | string): void;
  onDone(usage: TurnUsage | undefined): void;
  onFailure(failure: UpstreamFailure, phase: CallPhase): void;
}

/** What an answer needs to be read. */
export interface AnswerContext extends BodyContext {
  /** The upstream was asked to stream. */
  readonly expectsStream: boolean;
  /** The first events wait until the answer begins (codex.md 2.10). */
  readonly holdsHandshake: boolean;
}

type Mode = 'waiting' | 'events' | 'body' | 'ended';

/** One upstream answer. */
export class UpstreamAnswer implements UpstreamHandler {
  readonly #context: AnswerContext;
  readonly #listener: AnswerListener;
  #mode: Mode = 'waiting';
  #headers: string[] = [];
  #body: AnswerBody | undefined;
  #reader: SseReader | undefined;
  #sawEvent = false;
  readonly #page = new PageInstead();
  readonly #held: HeldEvents | undefined;
  #outcome: 'open' | 'done' | 'failed' = 'open';
  /** Set by the owner right after the call was made. */
  call: UpstreamCall | undefined;

  constructor(context: AnswerContext, listener: AnswerListener) {
    this.#context = context;
    this.#listener = listener;
    this.#held = context.holdsHandshake ? new HeldEvents() : undefined;
  }

  onHead(status: number, headers: string[]): void {
    if (this.#mode !== 'waiting') return;
    this.#headers = headers;
    this.#listener.onHead(status, headers);
    if (isOk(status) && this.#context.expectsStream && !isJson(headers)) {
      this.#startEvents();
      return;
    }
    this.#mode = 'body';
    this.#body = new AnswerBody(this.#context, status, headers);
    // Only event streams have a first event to wait for; any other body just has to go on.
    this.call?.markFirstEvent();
  }

  onData(chunk: Uint8Array): void {
    if (this.#mode === 'ended') return;
    try {
      if (this.#mode === 'events') this.#page.push(chunk);
      this.#reader?.push(chunk);
      this.#body?.push(chunk);
    } catch (thrown) {
      this.#broken(thrown);
    }
  }

  /** Takes an event that came by itself, as a WebSocket message. */
  onEvent(event: SseEvent): void {
    try {
      this.#onEvent(event);
    } catch (thrown) {
      this.#broken(thrown);
    }
  }

  onEnd(): void {
    if (this.#mode === 'ended') return;
    if (this.#body === undefined) this.#finishEvents();
    else this.#finishBody(this.#body);
  }

  onError(error: SwitchyardError, phase: CallPhase): void {
    if (this.#mode === 'ended') return;
    if (this.#body?.isError === true) this.#finishBody(this.#body);
    else if (!this.#endsWhole()) this.#fail(networkFailure(error), phase);
  }

  /** Ends the answer with an error that concerns this turn only. */
  refuse(error: SwitchyardError): void {
    if (this.#mode !== 'ended') this.#fail(brokenAnswer(error), 'not-sent');
  }

  /** How the answer ended. */
  get outcome(): 'open' | 'done' | 'failed' {
    return this.#outcome;
  }

  #startEvents(): void {
    this.#mode = 'events';
    this.#reader = new SseReader((event) => this.#onEvent(event));
  }

  #onEvent(event: SseEvent): void {
    if (this.#mode === 'ended') return;
    if (event.data !== '') this.#page.sawData();
    if (!this.#sawEvent) {
      this.#sawEvent = true;
      this.call?.markFirstEvent();
    }
    const { provider, now } = this.#context;
    const nowMs = now();
    const failure = provider.failureOfEvent(event, nowMs, this.#headers);
    const reading = provider.quotaOfEvent(event, nowMs);
    if (reading !== undefined) this.#listener.onQuota(reading, failure !== undefined);
    if (failure !== undefined) this.#failEvents(event, failure);
    else this.#translate(this.#held?.take(event) ?? [event]);
  }

  #translate(events: readonly SseEvent[]): void {
    const { translator } = this.#context;
    for (const event of events) {
      if (this.#ended) return;
      const text = translator.onEvent(event);
      if (text !== '') this.#listener.onText(text);
      if (translator.terminal) this.#finishTranslation();
    }
  }

  /** What is held goes out before a failure, unless the client need not know of the attempt. */
  #failEvents(event: SseEvent, failure: UpstreamFailure): void {
    if (this.#endsWhole()) return;
    if (this.#held?.hides(event) === true) {
      this.#fail({ ...failure, status: OVERLOADED }, 'answering');
      return;
    }
    this.#translate(this.#held?.release() ?? []);
    this.#fail(failure, 'answering');
  }

  #finishEvents(): void {
    try {
      this.#reader?.end();
      if (!this.#sawEvent) throw new SwitchyardError('upstream_empty_stream');
      if (!this.#ended) this.#finishTranslation();
    } catch (thrown) {
      this.#broken(thrown);
    }
  }

  /** `#mode` may change inside callbacks: read it through here so that the compiler re-checks it. */
  get #ended(): boolean {
    return this.#mode === 'ended';
  }

  #finishTranslation(): void {
    const translator = this.#context.translator;
    const text = translator.onEnd();
    this.#mode = 'ended';
    this.#outcome = 'done';
    if (text !== '') this.#listener.onText(text);
    this.#listener.onDone(translator.usage);
  }

  #finishBody(body: AnswerBody): void {
    try {
      const outcome = body.outcome();
      if ('failure' in outcome) this.#fail(outcome.failure, 'answering');
      else this.#deliver(outcome.body);
    } catch (thrown) {
      this.#broken(thrown);
    }
  }

  #deliver(body: Uint8Array | string): void {
    this.#mode = 'ended';
    this.#outcome = 'done';
    this.#listener.onBody(body);
    this.#listener.onDone(this.#context.translator.usage);
  }

  #broken(thrown: unknown): void {
    if (this.#endsWhole()) return;
    const error = this.#page.named(toSwitchyardError(thrown));
    this.#fail(this.#failureInBody(error) ?? brokenAnswer(error), 'answering');
  }

  /** Bare JSON instead of events: some upstreams tell their failures so (10.4). */
  #failureInBody({ body }: SwitchyardError): UpstreamFailure | undefined {
    const event = body === undefined ? undefined : eventOfBody(body);
    const { provider, now } = this.#context;
    return event && provider.failureOfEvent(event, now(), this.#headers);
  }

  /**
   * Ends an answer that lacks nothing but the upstream's close, whatever came instead of it. False:
   * there is none; then the fault is told.
   */
  #endsWhole(): boolean {
    if (this.#mode !== 'events' || this.#context.translator.complete !== true) return false;
    try {
      this.#finishTranslation();
      return true;
    } catch {
      return false;
    }
  }

  #fail(failure: UpstreamFailure, phase: CallPhase): void {
    this.#mode = 'ended';
    this.#outcome = 'failed';
    this.#listener.onFailure(failure, phase);
  }
}

function isJson(headers: string[]): boolean {
  const type = upstreamHeader(headers, 'content-type');
  return type?.toLowerCase().includes('application/json') ?? false;
}

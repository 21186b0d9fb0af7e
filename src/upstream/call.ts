/** One request and its answer: limits, phases, back-pressure and the one ending of a call. */
import type { Dispatcher } from 'undici';
import type { UpstreamTimeouts } from '../config/types.ts';
import { SwitchyardError, toSwitchyardError } from '../errors.ts';
import type { CallOptions, CallOwner, Carrier } from './call-owner.ts';
import { BodyDecoder, type DecodeSink } from './decode.ts';
import type { Deadlines, Watched } from './deadlines.ts';
import { connectFailure, connectionFailure, limitFailure } from './failures.ts';
import { codingOf, decodedHeaders, flatHeaders } from './head.ts';
import { enterParser, leaveParser } from './parser-turn.ts';
import type { CallPhase, UpstreamCall, UpstreamHandler } from './types.ts';

const NO_OPTIONS: CallOptions = { path: '/', method: 'GET' };

/** Which limit runs. `drained`: the connection is given back, decoding may still go on. */
type Stage = 'connect' | 'head' | 'first-event' | 'events' | 'drained';

/** One call. The methods that begin with `on` are for undici, the decoder and the timer. */
export class HttpCall implements UpstreamCall, Dispatcher.DispatchHandler, Watched, DecodeSink {
  /** Set by the owner while a connection carries the call. */
  carrier: Carrier | undefined;
  readonly #handler: UpstreamHandler;
  readonly #limits: UpstreamTimeouts;
  readonly #deadlines: Deadlines;
  #owner: CallOwner | undefined;
  #options: CallOptions = NO_OPTIONS;
  #stage: Stage = 'connect';
  #since: number;
  #moved = false;
  #answered = false;
  #ended = false;
  /** Until `call()` has returned the handler hears nothing. */
  #starting = true;
  #paused = false;
  #congested = false;
  #retried = false;
  #coding = '';
  #decoder: BodyDecoder | undefined;

  constructor(handler: UpstreamHandler, limits: UpstreamTimeouts, deadlines: Deadlines) {
    this.#handler = handler;
    this.#limits = limits;
    this.#deadlines = deadlines;
    this.#since = deadlines.now();
  }

  /** What undici sends; empty before {@link begin}. */
  get options(): CallOptions {
    return this.#options;
  }

  /** Asks for a connection. The handler is called only after this has returned. */
  begin(owner: CallOwner, options: CallOptions): void {
    this.#owner = owner;
    this.#options = options;
    this.#deadlines.watch(this);
    owner.take(this);
    this.#starting = false;
  }

  pause(): void {
    if (this.#ended || this.#paused) return;
    this.#paused = true;
    this.#decoder?.pause();
    this.#applyPause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#ended) return;
    this.#since = this.#deadlines.now();
    this.#decoder?.resume();
    this.#applyPause();
  }

  abort(): void {
    this.fail(new SwitchyardError('cancelled'));
  }

  markFirstEvent(): void {
    if (this.#stage !== 'first-event') return;
    this.#stage = 'events';
    this.#since = this.#deadlines.now();
  }

  /** Ends the call and its connection; without effect on an ended call. */
  fail(error: SwitchyardError): void {
    if (this.#ended) return;
    if (this.#starting) {
      this.#starting = false;
      queueMicrotask(() => this.fail(error));
      return;
    }
    const phase = this.#phase();
    this.#ended = true;
    this.#leave(false);
    this.#decoder?.destroy();
    this.#handler.onError(error, phase);
  }

  onTick(now: number): void {
    if (this.#paused || this.#congested || (this.#moved && this.#stage === 'events')) {
      this.#since = now;
      this.#moved = false;
      return;
    }
    const limit = this.#limit();
    if (limit > 0 && now - this.#since >= limit) this.fail(this.#expired(limit));
  }

  onRequestStart(): void {
    this.#enter('head');
    if (this.#paused) this.#applyPause();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // Interim answers (RFC 9110, 15.2) say nothing about the turn.
    if (this.#ended || status < 200) return;
    enterParser();
    try {
      const raw = (controller.rawHeaders ?? []) as Buffer[];
      // They are views of the whole first chunk, up to 64 KiB, and would keep it until the end.
      controller.rawHeaders = null;
      this.#onHead(status, flatHeaders(raw));
    } catch (thrown) {
      this.fail(toSwitchyardError(thrown));
    } finally {
      leaveParser();
    }
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#ended) return;
    enterParser();
    try {
      this.#moved = true;
      if (this.#coding === '') this.#handler.onData(chunk);
      else this.#decode(chunk);
    } catch (thrown) {
      this.fail(toSwitchyardError(thrown));
    } finally {
      leaveParser();
    }
  }

  onResponseEnd(): void {
    if (this.#ended) return;
    enterParser();
    try {
      this.#onWhole();
    } catch (thrown) {
      this.fail(toSwitchyardError(thrown));
    } finally {
      leaveParser();
    }
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#ended || this.#stage === 'drained') return;
    if (this.#stage !== 'connect') return this.fail(connectionFailure(error));
    const mayRetry = this.carrier?.reused === true && !this.#retried && !this.#starting;
    if (!mayRetry) return this.fail(connectFailure(error, this.#owner?.where ?? ''));
    // The kept connection died before a byte of this request was written: nobody can have seen it.
    this.#retried = true;
    this.#owner?.takeFresh(this);
  }

  onDecoded(chunk: Uint8Array): void {
    if (this.#ended) return;
    try {
      this.#handler.onData(chunk);
    } catch (thrown) {
      this.fail(toSwitchyardError(thrown));
    }
  }

  onDecodeEnd(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#handler.onEnd();
  }

  onDecodeError(error: SwitchyardError): void {
    this.fail(error);
  }

  onCongestion(congested: boolean): void {
    this.#congested = congested;
    this.#applyPause();
  }

  #onHead(status: number, headers: string[]): void {
    this.#answered = true;
    this.#enter('first-event');
    this.#coding = codingOf(headers);
    this.#handler.onHead(status, this.#coding === '' ? headers : decodedHeaders(headers));
  }

  #onWhole(): void {
    const failure = this.carrier?.failure;
    // A reset ends an answer of unknown length, and undici takes that for its regular end.
    if (failure !== undefined) return this.fail(connectionFailure(failure));
    this.#leave(true);
    if (this.#decoder === undefined) this.onDecodeEnd();
    else this.#decoder.end();
  }

  #enter(stage: Stage): void {
    this.#stage = stage;
    this.#since = this.#deadlines.now();
  }

  #phase(): CallPhase {
    if (this.#answered) return 'answering';
    return this.#stage === 'head' && this.carrier?.flushed === true ? 'sent' : 'not-sent';
  }

  #limit(): number {
    const { connectMs, headersMs, firstEventMs, idleMs } = this.#limits;
    if (this.#stage === 'connect') return connectMs;
    if (this.#stage === 'head') return headersMs;
    return this.#stage === 'first-event' ? firstEventMs : idleMs;
  }

  #expired(limit: number): SwitchyardError {
    if (this.#stage === 'connect') {
      const what = `no connection to ${this.#owner?.where ?? ''}`;
      return limitFailure('upstream_connect_failed', what, limit);
    }
    if (this.#stage === 'events') {
      return limitFailure('upstream_stalled', 'the upstream sent nothing more', limit);
    }
    const what = this.#stage === 'head' ? 'answer' : 'first event';
    return limitFailure('upstream_timeout', `the upstream sent no ${what}`, limit);
  }

  #applyPause(): void {
    this.carrier?.setPaused(this.#paused || this.#congested);
  }

  #leave(whole: boolean): void {
    if (this.#stage === 'drained') return;
    this.#stage = 'drained';
    this.#deadlines.forget(this);
    this.#owner?.leave(this, whole);
    // From here on it may carry another call.
    this.carrier = undefined;
  }

  #decode(chunk: Uint8Array): void {
    if (this.#decoder === undefined) {
      this.#decoder = new BodyDecoder(this.#coding, chunk, this);
      if (this.#paused) this.#decoder.pause();
    }
    this.#decoder.write(chunk);
  }
}

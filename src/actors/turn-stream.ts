/**
 * The sending end of one stream: what a turn may say to its client. Text of one loop turn becomes
 * one frame; sends after a cancel or after the end are no-ops that say so; the credit window decides
 * when the upstream has to wait.
 */
import { CreditWindow } from './credit.ts';
import type { FramePort } from './ports.ts';
import type { FrontFrame, HostFrame } from './frames.ts';
import type { ContinuitySource, TurnFailure, TurnSummary } from '../turn.ts';
import type { StreamId } from '../ids.ts';

/** The host's side of the port to one front. */
export type FrontPort = FramePort<HostFrame, FrontFrame>;

/** What has to stop and go on with the client's reading speed. */
export interface FlowControlled {
  pause(): void;
  resume(): void;
}

/** One answer on its way to the front. Finite: open → (head) → ended. */
export class TurnStream {
  readonly id: StreamId;
  readonly #port: FrontPort;
  readonly #credit: CreditWindow;
  #text = '';
  #gathering = false;
  #ended = false;
  #committed = false;
  #source: FlowControlled | undefined;
  /** Called once, when the stream ended in any way. */
  onEnded: () => void = () => undefined;
  /** Called right before each upstream call: the turn may be billed from here on. */
  onDispatch: () => void = () => undefined;

  constructor(port: FrontPort, id: StreamId, credit: number) {
    this.#port = port;
    this.id = id;
    this.#credit = new CreditWindow(credit);
  }

  /** True after `end`, `fail`, or a cancel. */
  get ended(): boolean {
    return this.#ended;
  }

  /** True once the client's status line is decided: from here on nothing may be tried again. */
  get committed(): boolean {
    return this.#committed;
  }

  /** The upstream call that feeds this stream now. */
  attach(source: FlowControlled | undefined): void {
    this.#source = source;
    if (source !== undefined && this.#credit.exhausted) source.pause();
  }

  head(
    status: number,
    contentType: string,
    headers: string[],
    continuity: ContinuitySource,
  ): boolean {
    if (this.#ended || this.#committed) return false;
    this.#committed = true;
    return this.#port.send({ t: 'head', id: this.id, status, contentType, headers, continuity });
  }

  /**
   * Adds text to this loop turn's frame. Its credit is spent at once: one turn of the loop can bring
   * a megabyte, so waiting for the frame would be too late to stop the upstream.
   */
  write(text: string): boolean {
    if (this.#ended) return false;
    this.#text += text;
    this.#spend(text.length);
    if (!this.#gathering) {
      this.#gathering = true;
      this.#port.beforeFlush(this.#gather);
    }
    return true;
  }

  /** Sends bytes as one frame. */
  writeBytes(bytes: Uint8Array): boolean {
    if (this.#ended) return false;
    this.#gather();
    return this.#sendData(bytes);
  }

  end(summary: TurnSummary): boolean {
    if (this.#ended) return false;
    this.#gather();
    this.#finish();
    return this.#port.send({ t: 'end', id: this.id, summary });
  }

  fail(failure: TurnFailure): boolean {
    if (this.#ended) return false;
    this.#gather();
    this.#finish();
    return this.#port.send({ t: 'fail', id: this.id, failure });
  }

  /** The client left, or its front did. */
  cancel(): void {
    if (this.#ended) return;
    this.#text = '';
    this.#finish();
  }

  /** The client's socket took bytes. */
  grant(bytes: number): void {
    if (this.#credit.grant(bytes) && !this.#ended) this.#source?.resume();
  }

  #finish(): void {
    this.#ended = true;
    this.#source = undefined;
    this.onEnded();
  }

  readonly #gather = (): void => {
    this.#gathering = false;
    if (this.#text === '') return;
    const bytes = Buffer.from(this.#text, 'utf8');
    const spent = this.#text.length;
    this.#text = '';
    if (!this.#ended) this.#sendData(bytes, spent);
  };

  #spend(bytes: number): void {
    if (this.#credit.spend(bytes)) this.#source?.pause();
  }

  /** `spent`: part of the credit that was taken when the text was written, before its encoding. */
  #sendData(bytes: Uint8Array, spent = 0): boolean {
    if (bytes.byteLength === 0) return true;
    this.#spend(bytes.byteLength - spent);
    return this.#port.send({ t: 'data', id: this.id, bytes });
  }
}

/**
 * The front's ends of the ports to all actor hosts: which host owns which credential, the latest
 * status of each, and the streams that are open. A host that dies fails its streams; the others
 * never notice.
 */
import { DispatchBoard } from '../actors/dispatch-board.ts';
import { FramePort } from '../actors/ports.ts';
import { STREAM_WINDOW_BYTES } from '../actors/credit.ts';
import { SwitchyardError } from '../errors.ts';
import { frontFrameCodec, hostFrameCodec } from '../actors/frame-codecs.ts';
import { streamId, type CredentialId, type StreamId, type WorkerId } from '../ids.ts';
import { turnFailure } from '../actors/turn-failure.ts';
import type { FrontFrame, HostFrame } from '../actors/frames.ts';
import type { TurnFailure, TurnRequest, TurnSummary } from '../turn.ts';
import type { CredentialState } from '../credentials/state.ts';
import type { MessagePort } from 'node:worker_threads';

/** The head of an answer. */
export type HeadFrame = Extract<HostFrame, { t: 'head' }>;

/** What one stream reports: `onHead onData* (onEnd | onFail)`, or `onFail` alone. */
export interface StreamListener {
  onHead(head: HeadFrame): void;
  onData(bytes: Uint8Array): void;
  onEnd(summary: TurnSummary): void;
  onFail(failure: TurnFailure): void;
  /** All frames of this post were delivered: write what they gave in one go. */
  onFlush(): void;
}

/** An open stream, as its client's side uses it. */
export interface OpenStream {
  /** The client's socket took bytes. */
  grant(bytes: number): void;
  /** The client left: the upstream call is cut, nothing more is reported. */
  cancel(): void;
}

interface Stream extends OpenStream {
  readonly id: StreamId;
  readonly slot: number;
  readonly listener: StreamListener;
}

interface Link {
  readonly host: WorkerId;
  readonly port: FramePort<FrontFrame, HostFrame>;
  readonly board: DispatchBoard;
  readonly streams: Map<StreamId, Stream>;
  /** Listeners that got frames of the post that is being delivered. */
  readonly touched: Set<StreamListener>;
}

/** All hosts of this front. */
export class HostLinks {
  readonly #links = new Map<WorkerId, Link>();
  readonly #owners = new Map<CredentialId, Link>();
  readonly #states = new Map<CredentialId, CredentialState>();
  /** Turns that wait for the owner of their credential to come back. */
  readonly #waiting = new Map<CredentialId, Set<() => void>>();
  #lastId = 0;
  /** A frame that could not be read; a fault of our own. */
  onError: (error: SwitchyardError) => void = () => undefined;

  /** Latest published state by credential. */
  get states(): ReadonlyMap<CredentialId, CredentialState> {
    return this.#states;
  }

  /** Connects a host. A replaced host has a new port and board under the same name. */
  attach(host: WorkerId, messagePort: MessagePort, boardMemory: SharedArrayBuffer): void {
    const port = new FramePort<FrontFrame, HostFrame>(messagePort, frontFrameCodec, hostFrameCodec);
    const board = new DispatchBoard(boardMemory);
    const link: Link = { host, port, board, streams: new Map(), touched: new Set() };
    this.#links.set(host, link);
    port.onFrame = (frame) => this.#onFrame(link, frame);
    port.onBatchEnd = () => this.#flush(link);
    port.onClose = () => this.#onHostLost(link);
    port.onError = (error) => this.onError(error);
  }

  /** Opens a stream on a credential; undefined when no host owns it now. */
  open(
    credential: CredentialId,
    turn: TurnRequest,
    listener: StreamListener,
  ): OpenStream | undefined {
    const link = this.#owners.get(credential);
    if (link === undefined || link.port.closed) return undefined;
    const id = streamId((this.#lastId += 1));
    const slot = link.board.take();
    const stream: Stream = {
      id,
      slot,
      listener,
      grant: (bytes) => void link.port.send({ t: 'credit', id, bytes }),
      cancel: () => {
        if (this.#close(link, stream)) link.port.send({ t: 'cancel', id });
      },
    };
    link.streams.set(id, stream);
    link.port.send({ t: 'open', id, credential, credit: STREAM_WINDOW_BYTES, slot, turn });
    return stream;
  }

  /**
   * Calls `resume` once when a host owns the credential again. Bounded by the front's open requests;
   * the caller limits the wait. Returns the undo.
   */
  whenOwned(credential: CredentialId, resume: () => void): () => void {
    const waiting = this.#waiting.get(credential) ?? new Set();
    this.#waiting.set(credential, waiting.add(resume));
    return () => {
      waiting.delete(resume);
      if (waiting.size === 0 && this.#waiting.get(credential) === waiting) {
        this.#waiting.delete(credential);
      }
    };
  }

  /** Streams that are open on all hosts. */
  get openStreams(): number {
    let open = 0;
    for (const link of this.#links.values()) open += link.streams.size;
    return open;
  }

  close(): void {
    for (const link of this.#links.values()) link.port.close();
  }

  #onFrame(link: Link, frame: HostFrame): void {
    if (frame.t === 'status') {
      this.#onStatus(link, frame);
      return;
    }
    const stream = link.streams.get(frame.id);
    if (stream === undefined) return;
    link.touched.add(stream.listener);
    switch (frame.t) {
      case 'head':
        stream.listener.onHead(frame);
        break;
      case 'data':
        stream.listener.onData(frame.bytes);
        break;
      case 'end':
        this.#close(link, stream);
        stream.listener.onEnd(frame.summary);
        break;
      case 'fail':
        this.#close(link, stream);
        stream.listener.onFail(frame.failure);
        break;
    }
  }

  #flush(link: Link): void {
    for (const listener of link.touched) listener.onFlush();
    link.touched.clear();
  }

  #onStatus(link: Link, frame: Extract<HostFrame, { t: 'status' }>): void {
    if (frame.state === null) {
      if (this.#owners.get(frame.credential) !== link) return;
      this.#owners.delete(frame.credential);
      this.#states.delete(frame.credential);
      return;
    }
    this.#owners.set(frame.credential, link);
    this.#states.set(frame.credential, frame.state);
    const waiting = this.#waiting.get(frame.credential);
    if (waiting === undefined) return;
    this.#waiting.delete(frame.credential);
    for (const resume of waiting) resume();
  }

  /** False when the stream was closed before. */
  #close(link: Link, stream: Stream): boolean {
    if (!link.streams.delete(stream.id)) return false;
    link.board.release(stream.slot);
    return true;
  }

  #onHostLost(link: Link): void {
    if (this.#links.get(link.host) === link) this.#links.delete(link.host);
    for (const [credential, owner] of this.#owners) {
      if (owner === link) this.#owners.delete(credential);
    }
    for (const stream of [...link.streams.values()]) {
      const sent = link.board.mayBeSent(stream.slot);
      this.#close(link, stream);
      const failure = turnFailure(new SwitchyardError('host_lost'));
      stream.listener.onFail(sent ? { ...failure, verdict: 'stop' } : failure);
      stream.listener.onFlush();
    }
  }
}

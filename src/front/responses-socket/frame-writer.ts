/**
 * Writes the answer of one turn to its client WebSocket: one text message for each event, under
 * back-pressure, and exactly one ending.
 */
import { STREAM_WINDOW_BYTES } from '../../actors/credit.ts';
import type { AnswerFrames } from './answer-frames.ts';
import type { ClientSocket, SocketClose } from '../server/types.ts';
import { toSwitchyardError, type SwitchyardError } from '../../errors.ts';
import type { TurnFailure } from '../../turn.ts';
import type { TurnSink } from '../turn-sink.ts';

/** Credit goes back in portions of this size: a message to the host per write would double them. */
const GRANT_BYTES = STREAM_WINDOW_BYTES / 2;

/** How a turn ends that has no whole answer. */
export interface Ending {
  /** Status for the log. */
  status: number;
  /** Messages to send, the terminal one last. */
  frames: readonly string[];
  /** Undefined: the socket stays open. */
  close: SocketClose | undefined;
}

/** What the writer needs to know about its turn. */
export interface FrameWriterParts {
  socket: ClientSocket;
  answer: AnswerFrames;
  /** Gives bytes back to the stream's window. */
  grant(bytes: number): void;
  /** What a failure means to the client. */
  endingOf(failure: SwitchyardError | TurnFailure): Ending;
  /** The answer can not be read: its turn has to end. */
  onBroken(error: SwitchyardError): void;
}

/** One answer on its way. */
export class FrameWriter implements TurnSink {
  readonly #parts: FrameWriterParts;
  #chunks: Uint8Array[] = [];
  #ungranted = 0;
  /** How the socket has to end behind this answer. */
  close: SocketClose | undefined;

  constructor(parts: FrameWriterParts) {
    this.#parts = parts;
  }

  /** Frames have no head; what it says stands in the log. */
  head(): void {}

  data(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
  }

  end(): void {
    this.flush();
  }

  fail(failure: TurnFailure): void {
    this.flush();
    this.refuse(failure);
  }

  refuse(failure: SwitchyardError | TurnFailure): number {
    const { socket, answer, endingOf } = this.#parts;
    const { status, frames, close } = endingOf(failure);
    this.close = close;
    // The client has its terminal event: another one would belong to no turn.
    if (!answer.terminal) socket.cork(() => frames.forEach((text) => socket.send(text)));
    return status;
  }

  flush(): void {
    if (this.#chunks.length === 0) return;
    const { socket, onBroken } = this.#parts;
    let frames: string[];
    try {
      frames = this.#takeFrames();
    } catch (thrown) {
      onBroken(toSwitchyardError(thrown));
      return;
    }
    socket.cork(() => {
      for (const frame of frames) socket.send(frame);
    });
    if (socket.buffered === 0 && this.#ungranted >= GRANT_BYTES) this.#grantAll();
  }

  #takeFrames(): string[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    const frames: string[] = [];
    for (const chunk of chunks) {
      this.#ungranted += chunk.byteLength;
      for (const frame of this.#parts.answer.push(chunk)) frames.push(frame);
    }
    return frames;
  }

  /** The socket has taken everything. */
  drained(): void {
    this.#grantAll();
  }

  stop(): void {
    this.#chunks = [];
  }

  #grantAll(): void {
    const bytes = this.#ungranted;
    if (bytes === 0) return;
    this.#ungranted = 0;
    this.#parts.grant(bytes);
  }
}

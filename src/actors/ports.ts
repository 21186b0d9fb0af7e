/**
 * A MessagePort that carries typed frames: encoded with msgpackr, many frames in one post, one post
 * per direction and event-loop turn. Small byte fields travel inside the batch; large ones are
 * transferred beside it, so a 200 KB body is never copied by the structured clone.
 */
import type { MessagePort } from 'node:worker_threads';
import { Packr, Unpackr } from 'msgpackr';
import { toSwitchyardError, type SwitchyardError } from '../errors.ts';

/** Byte fields from this size on are transferred; below it one copy is cheaper than a transfer. */
export const TRANSFER_BYTES = 16 * 1024;

/** Most frames in one post; the rest follows in the next one, so a receiver can breathe. */
export const MAX_BATCH_FRAMES = 4096;

/** What goes over the port: the encoded frames and the byte fields that were taken out of them. */
interface Batch {
  frames: Uint8Array;
  bytes: Uint8Array[];
}

/** A frame type whose large byte field can be taken out and put back. */
export interface FrameCodec<Frame> {
  /** May the bytes be moved away from the sender? False: it needs them again, so a copy is sent. */
  readonly movesBytes: boolean;
  /** The frame's byte field, if it has one. */
  bytesOf(frame: Frame): Uint8Array | undefined;
  /** The same frame with another byte field. */
  withBytes(frame: Frame, bytes: Uint8Array): Frame;
  /** The frame as it travels: plain values in a list. */
  encode(frame: Frame): readonly unknown[];
  /** The frame that `encode` made the list from. */
  decode(wire: readonly unknown[]): Frame;
}

const NOTHING = new Uint8Array(0);

/** Called for every received frame, in order. */
export type FrameListener<Frame> = (frame: Frame) => void;

/**
 * Both directions of one port. `send` never blocks and never drops: streams bound themselves by
 * credit, so what can wait here is limited by the sum of the windows.
 */
export class FramePort<Out, In> {
  readonly #port: MessagePort;
  readonly #outCodec: FrameCodec<Out>;
  readonly #inCodec: FrameCodec<In>;
  readonly #packr = new Packr({ useRecords: false });
  readonly #unpackr = new Unpackr({ useRecords: false });
  #queue: Out[] = [];
  #scheduled = false;
  #closed = false;
  /** Runs before a batch is built; streams put their gathered data in. */
  #beforeFlush: (() => void)[] = [];

  onFrame: FrameListener<In> = () => undefined;
  /** Called after the last frame of a received post. */
  onBatchEnd: () => void = () => undefined;
  onClose: () => void = () => undefined;
  onError: (error: SwitchyardError) => void = () => undefined;

  constructor(port: MessagePort, outCodec: FrameCodec<Out>, inCodec: FrameCodec<In>) {
    this.#port = port;
    this.#outCodec = outCodec;
    this.#inCodec = inCodec;
    port.on('message', (batch: Batch) => this.#receive(batch));
    port.on('close', () => this.#onPortClose());
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Queues a frame for this loop turn's post. Returns false when the port is closed. */
  send(frame: Out): boolean {
    if (this.#closed) return false;
    this.#queue.push(frame);
    this.#schedule();
    return true;
  }

  /** Asks for one call right before the next post, to hand in gathered data. */
  beforeFlush(run: () => void): void {
    this.#beforeFlush.push(run);
    this.#schedule();
  }

  close(): void {
    do this.#flush();
    while (this.#queue.length > 0);
    this.#port.close();
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    const gatherers = this.#beforeFlush;
    if (gatherers.length > 0) {
      this.#beforeFlush = [];
      for (const gather of gatherers) gather();
    }
    const frames = this.#queue;
    if (frames.length === 0) return;
    this.#queue = frames.length > MAX_BATCH_FRAMES ? frames.splice(MAX_BATCH_FRAMES) : [];
    this.#post(frames);
    if (this.#queue.length > 0) this.#schedule();
  }

  #post(frames: Out[]): void {
    const bytes: Uint8Array[] = [];
    const transfer: ArrayBuffer[] = [];
    /** Index of the frame, for each transferred field. */
    const owners: number[] = [];
    const codec = this.#outCodec;
    const wires: (readonly unknown[])[] = [];
    for (const frame of frames) {
      const field = codec.bytesOf(frame);
      if (field === undefined || field.byteLength < TRANSFER_BYTES) {
        wires.push(codec.encode(frame));
        continue;
      }
      const owned = exclusive(field, codec.movesBytes);
      bytes.push(owned);
      transfer.push(owned.buffer);
      owners.push(wires.length);
      wires.push(codec.encode(codec.withBytes(frame, NOTHING)));
    }
    const packed = this.#packr.pack([owners, wires]);
    // pack() returns a view of a shared work buffer: the batch needs bytes of its own to transfer.
    const own = new Uint8Array(packed.byteLength);
    own.set(packed);
    transfer.push(own.buffer);
    this.#port.postMessage({ frames: own, bytes } satisfies Batch, transfer);
  }

  #receive(batch: Batch): void {
    let frames: In[];
    try {
      const [owners, wires] = this.#unpackr.unpack(batch.frames) as [number[], unknown[][]];
      frames = wires.map((wire) => this.#inCodec.decode(wire));
      for (let slot = 0; slot < owners.length; slot += 1) {
        const index = owners[slot] as number;
        const bytes = batch.bytes[slot] as Uint8Array;
        frames[index] = this.#inCodec.withBytes(frames[index] as In, bytes);
      }
    } catch (thrown) {
      this.onError(toSwitchyardError(thrown));
      return;
    }
    for (const frame of frames) this.#deliver(frame);
    this.onBatchEnd();
  }

  /** One bad frame must not take the others of its batch with it. */
  #deliver(frame: In): void {
    try {
      this.onFrame(frame);
    } catch (thrown) {
      this.onError(toSwitchyardError(thrown));
    }
  }

  #onPortClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = [];
    this.#beforeFlush = [];
    this.onClose();
  }
}

/** The same bytes in a buffer of their own: a view of a larger buffer can not be transferred. */
function exclusive(field: Uint8Array, mayMove: boolean): Uint8Array<ArrayBuffer> {
  const whole = field.byteOffset === 0 && field.byteLength === field.buffer.byteLength;
  if (mayMove && whole && field.buffer instanceof ArrayBuffer)
    return field as Uint8Array<ArrayBuffer>;
  return Uint8Array.prototype.slice.call(field) as Uint8Array<ArrayBuffer>;
}

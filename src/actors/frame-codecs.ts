/** Where the byte field sits in each frame, for {@link FramePort}. */
import type { FrameCodec } from './ports.ts';
import type { FrontFrame, HostFrame } from './frames.ts';

/** Front → host: only `open` carries bytes (the request body). */
export const frontFrameCodec: FrameCodec<FrontFrame> = {
  // The front keeps the body: the next candidate may need it.
  movesBytes: false,
  bytesOf: (frame) => (frame.t === 'open' ? frame.turn.body : undefined),
  withBytes: (frame, bytes) =>
    frame.t === 'open' ? { ...frame, turn: { ...frame.turn, body: bytes } } : frame,
};

/** Host → front: only `data` carries bytes (a piece of the answer). */
export const hostFrameCodec: FrameCodec<HostFrame> = {
  movesBytes: true,
  bytesOf: (frame) => (frame.t === 'data' ? frame.bytes : undefined),
  withBytes: (frame, bytes) => (frame.t === 'data' ? { t: 'data', id: frame.id, bytes } : frame),
};

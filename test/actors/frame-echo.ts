/** A thread that answers every `open` with its body as data, and ends when it is told to cancel. */
import { parentPort, type MessagePort } from 'node:worker_threads';
import { FramePort } from '../../src/actors/ports.ts';
import { frontFrameCodec, hostFrameCodec } from '../../src/actors/frame-codecs.ts';
import { NO_SUMMARY } from '../../src/actors/turn-failure.ts';
import type { FrontFrame, HostFrame } from '../../src/actors/frames.ts';

/** What the thread is started with. */
export interface EchoStart {
  port: MessagePort;
}

parentPort?.once('message', ({ port }: EchoStart) => {
  const frames = new FramePort<HostFrame, FrontFrame>(port, hostFrameCodec, frontFrameCodec);
  frames.onFrame = (frame) => {
    if (frame.t === 'open') {
      frames.send({ t: 'data', id: frame.id, bytes: frame.turn.body });
      frames.send({ t: 'end', id: frame.id, summary: NO_SUMMARY });
    } else if (frame.t === 'cancel') frames.close();
  };
});

import assert from 'node:assert/strict';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { describe, it, type TestContext } from 'node:test';
import { FramePort, MAX_BATCH_FRAMES, TRANSFER_BYTES } from '../../src/actors/ports.ts';
import { credentialId, streamId } from '../../src/ids.ts';
import { frontFrameCodec, hostFrameCodec } from '../../src/actors/frame-codecs.ts';
import { NO_SUMMARY } from '../../src/actors/turn-failure.ts';
import { throughTsx } from '../../src/threads/entry.ts';
import { turnOf } from './support.ts';
import { waitUntil } from '../support/wait.ts';
import type { FrontFrame, HostFrame } from '../../src/actors/frames.ts';

type FrontEnd = FramePort<FrontFrame, HostFrame>;
type HostEnd = FramePort<HostFrame, FrontFrame>;

interface Pair {
  front: FrontEnd;
  host: HostEnd;
  /** What the host received. */
  received: FrontFrame[];
  /** Frames in each post. */
  posts: number[];
  /** The host's raw port, to send it what no peer would. */
  toHost: MessagePort;
}

function frontEnd(port: MessagePort): FrontEnd {
  return new FramePort<FrontFrame, HostFrame>(port, frontFrameCodec, hostFrameCodec);
}

function pairOf(context: TestContext): Pair {
  const { port1, port2 } = new MessageChannel();
  const front = frontEnd(port1);
  const host = new FramePort<HostFrame, FrontFrame>(port2, hostFrameCodec, frontFrameCodec);
  const received: FrontFrame[] = [];
  const posts: number[] = [];
  let before = 0;
  host.onFrame = (frame) => void received.push(frame);
  host.onBatchEnd = () => {
    posts.push(received.length - before);
    before = received.length;
  };
  context.after(() => front.close());
  return { front, host, received, posts, toHost: port1 };
}

const credit = (id: number): FrontFrame => ({ t: 'credit', id: streamId(id), bytes: 1 });

function openFrame(id: number, body: Uint8Array): FrontFrame {
  const turn = { ...turnOf(), body };
  const credential = credentialId('auth-1');
  return { t: 'open', id: streamId(id), credential, credit: 32, slot: id, turn };
}

function filled(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let index = 0; index < size; index += 1) bytes[index] = index % 251;
  return bytes;
}

describe('frame port', () => {
  it('sends all frames of one loop turn in one post, in order', async (context) => {
    const { front, received, posts } = pairOf(context);
    for (let id = 0; id < 5; id += 1) assert.equal(front.send(credit(id)), true);
    await waitUntil(() => received.length === 5, 'the first post');
    front.send(credit(5));
    await waitUntil(() => received.length === 6, 'the second post');
    assert.deepEqual(
      received.map((frame) => frame.id),
      [0, 1, 2, 3, 4, 5],
    );
    assert.deepEqual(posts, [5, 1]);
  });

  it('spreads more frames than fit over several posts, in order', async (context) => {
    const { front, received, posts } = pairOf(context);
    const count = 2 * MAX_BATCH_FRAMES + 3;
    for (let id = 0; id < count; id += 1) front.send(credit(id));
    await waitUntil(() => posts.length === 3, 'three posts');
    assert.deepEqual(posts, [MAX_BATCH_FRAMES, MAX_BATCH_FRAMES, 3]);
    assert.ok(received.every((frame, index) => frame.id === index));
  });

  it('gathers right before the post, once', async (context) => {
    const { front, received, posts } = pairOf(context);
    let gathered = 0;
    front.beforeFlush(() => {
      gathered += 1;
      front.send(credit(2));
    });
    front.send(credit(1));
    await waitUntil(() => posts.length === 1, 'the post');
    front.send(credit(3));
    await waitUntil(() => posts.length === 2, 'another post');
    assert.equal(gathered, 1);
    assert.deepEqual(
      received.map((frame) => frame.id),
      [1, 2, 3],
    );
  });

  it('a gatherer alone makes a post too', async (context) => {
    const { front, posts } = pairOf(context);
    front.beforeFlush(() => void front.send(credit(1)));
    await waitUntil(() => posts.length === 1, 'the post');
  });

  for (const size of [0, 1, TRANSFER_BYTES - 1, TRANSFER_BYTES, 200_000]) {
    it(`a body of ${size} bytes arrives as it is, beside other frames`, async (context) => {
      const { front, received } = pairOf(context);
      front.send(credit(1));
      front.send(openFrame(2, filled(size)));
      front.send(credit(3));
      await waitUntil(() => received.length === 3, 'all frames');
      const opened = received[1];
      assert.ok(opened?.t === 'open');
      assert.deepEqual(Buffer.from(opened.turn.body), Buffer.from(filled(size)));
      assert.equal(opened.turn.path, '/v1/chat/completions');
      assert.deepEqual([received[0]?.id, received[2]?.id], [1, 3]);
    });
  }

  it('a piece of an answer is moved, not copied; a view leaves its buffer alone', async (context) => {
    const { front, host } = pairOf(context);
    const pieces: Uint8Array[] = [];
    front.onFrame = (frame) => void (frame.t === 'data' && pieces.push(frame.bytes));
    const whole = filled(TRANSFER_BYTES);
    const around = filled(TRANSFER_BYTES + 10);
    host.send({ t: 'data', id: streamId(1), bytes: whole });
    host.send({ t: 'data', id: streamId(1), bytes: around.subarray(5, 5 + TRANSFER_BYTES) });
    await waitUntil(() => pieces.length === 2, 'both pieces');
    assert.equal(whole.byteLength, 0);
    assert.equal(around.byteLength, TRANSFER_BYTES + 10);
    assert.deepEqual(
      [pieces[0]?.byteLength, pieces[1]?.byteLength],
      [TRANSFER_BYTES, TRANSFER_BYTES],
    );
    assert.equal(pieces[1]?.[0], 5);
  });

  it('the front keeps a body that it sent: another host may get the turn next', async (context) => {
    const { front, received } = pairOf(context);
    const body = filled(TRANSFER_BYTES);
    for (const id of [1, 2]) {
      front.send(openFrame(id, body));
      await waitUntil(() => received.length === id, 'the turn');
    }
    for (const frame of received) {
      assert.ok(frame.t === 'open');
      assert.deepEqual(Buffer.from(frame.turn.body), Buffer.from(filled(TRANSFER_BYTES)));
    }
  });

  it('several large fields of one post keep their owners', async (context) => {
    const { front, received } = pairOf(context);
    for (const id of [1, 2, 3]) front.send(openFrame(id, new Uint8Array(TRANSFER_BYTES).fill(id)));
    await waitUntil(() => received.length === 3, 'all frames');
    for (const frame of received) {
      assert.ok(frame.t === 'open');
      assert.equal(frame.turn.body[0], frame.id);
    }
  });

  it('a listener that throws does not take the other frames of the post with it', async (context) => {
    const { front, host, received, posts } = pairOf(context);
    const errors: string[] = [];
    host.onError = (error) => void errors.push(error.message);
    host.onFrame = (frame) => {
      if (frame.id === 2) throw new Error('bad frame');
      received.push(frame);
    };
    for (const id of [1, 2, 3]) front.send(credit(id));
    await waitUntil(() => posts.length === 1, 'the post');
    assert.deepEqual(
      received.map((frame) => frame.id),
      [1, 3],
    );
    assert.deepEqual(errors, ['bad frame']);
  });

  it('a post that can not be read is reported, and the next one is read', async (context) => {
    const { front, host, received, toHost } = pairOf(context);
    const codes: string[] = [];
    host.onError = (error) => void codes.push(error.code);
    toHost.postMessage({ frames: new Uint8Array([0xc1, 0xc1]), bytes: [] });
    front.send(credit(1));
    await waitUntil(() => received.length === 1, 'the good frame');
    assert.deepEqual(codes, ['internal']);
  });

  it('close sends what waits and ends both ends, once', async (context) => {
    const { front, host, received } = pairOf(context);
    let closes = 0;
    front.onClose = host.onClose = () => void (closes += 1);
    front.send(credit(1));
    front.close();
    await waitUntil(() => front.closed && host.closed, 'both ends to close');
    assert.equal(received.length, 1);
    assert.equal(closes, 2);
    assert.equal(front.send(credit(2)), false);
    assert.equal(host.send({ t: 'end', id: streamId(1), summary: NO_SUMMARY }), false);
  });
});

describe('frame port across threads', () => {
  it('carries bodies both ways, and notices the end of the other side', async (context) => {
    const worker = new Worker(throughTsx(new URL('./frame-echo.ts', import.meta.url)));
    context.after(() => worker.terminate());
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ port: port2 }, [port2]);
    const front = frontEnd(port1);
    const answers = new Map<number, Uint8Array>();
    let ended = 0;
    front.onFrame = (frame) => {
      if (frame.t === 'data') answers.set(frame.id, frame.bytes);
      if (frame.t === 'end') ended += 1;
    };
    const sizes = [10, TRANSFER_BYTES, 1_000_000];
    sizes.forEach((size, index) => front.send(openFrame(index, filled(size))));
    await waitUntil(() => ended === sizes.length, 'all echoes');
    for (const [index, size] of sizes.entries()) {
      assert.deepEqual(Buffer.from(answers.get(index) ?? []), Buffer.from(filled(size)));
    }
    front.send({ t: 'cancel', id: streamId(0) });
    await waitUntil(() => front.closed, 'the thread to close its end');
  });

  it('a thread that is killed closes the port', async () => {
    const worker = new Worker(throughTsx(new URL('./frame-echo.ts', import.meta.url)));
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ port: port2 }, [port2]);
    const front = frontEnd(port1);
    let answered = false;
    front.onFrame = () => void (answered = true);
    front.send(openFrame(1, filled(10)));
    await waitUntil(() => answered, 'the thread to run');
    await worker.terminate();
    await waitUntil(() => front.closed, 'the port to close');
    assert.equal(front.send(credit(1)), false);
  });
});

describe('frame codecs', () => {
  it('find and replace the byte field of exactly one kind of frame', () => {
    const body = filled(3);
    const open = openFrame(1, body);
    assert.equal(frontFrameCodec.bytesOf(open), body);
    const emptied = frontFrameCodec.withBytes(open, new Uint8Array(0));
    assert.equal(frontFrameCodec.bytesOf(emptied)?.byteLength, 0);
    assert.equal(frontFrameCodec.bytesOf(open), body, 'the frame itself is left alone');
    assert.equal(frontFrameCodec.bytesOf(credit(1)), undefined);
    assert.equal(frontFrameCodec.withBytes(credit(1), body).t, 'credit');

    const data: HostFrame = { t: 'data', id: streamId(1), bytes: body };
    assert.equal(hostFrameCodec.bytesOf(data), body);
    assert.deepEqual(hostFrameCodec.withBytes(data, filled(2)), { ...data, bytes: filled(2) });
    const status: HostFrame = {
      t: 'status',
      credential: credentialId('auth-1'),
      state: null,
      inFlight: 0,
    };
    assert.equal(hostFrameCodec.bytesOf(status), undefined);
    assert.equal(hostFrameCodec.withBytes(status, body), status);
  });
});

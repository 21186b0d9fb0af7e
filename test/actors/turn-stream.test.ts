import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { FramePort } from '../../src/actors/ports.ts';
import { frontFrameCodec, hostFrameCodec } from '../../src/actors/frame-codecs.ts';
import { NO_SUMMARY, turnFailure } from '../../src/actors/turn-failure.ts';
import { streamId } from '../../src/ids.ts';
import { SwitchyardError } from '../../src/errors.ts';
import { TurnStream, type FrontPort } from '../../src/actors/turn-stream.ts';
import { waitUntil } from '../support/wait.ts';
import type { FrontFrame, HostFrame } from '../../src/actors/frames.ts';

/** An upstream that notes how often it was told to wait. */
class Source {
  readonly calls: string[] = [];
  pause(): void {
    this.calls.push('pause');
  }
  resume(): void {
    this.calls.push('resume');
  }
}

interface Harness {
  port: FrontPort;
  stream: TurnStream;
  /** What the front received, e.g. `head 200`, `data abc`. */
  frames: string[];
  ends: number;
}

function harness(context: TestContext, credit = 1000): Harness {
  const { port1, port2 } = new MessageChannel();
  const host = new FramePort<HostFrame, FrontFrame>(port1, hostFrameCodec, frontFrameCodec);
  const front = new FramePort<FrontFrame, HostFrame>(port2, frontFrameCodec, hostFrameCodec);
  const result: Harness = {
    port: host,
    stream: new TurnStream(host, streamId(7), credit),
    frames: [],
    ends: 0,
  };
  result.stream.onEnded = () => (result.ends += 1);
  front.onFrame = (frame) => void result.frames.push(describeFrame(frame));
  context.after(() => front.close());
  return result;
}

function describeFrame(frame: HostFrame): string {
  if (frame.t === 'head') return `head ${frame.status} ${frame.continuity}`;
  if (frame.t === 'data') return `data ${Buffer.from(frame.bytes).toString()}`;
  return frame.t;
}

const failure = turnFailure(new SwitchyardError('draining'));

describe('turn stream', () => {
  it('text of one loop turn becomes one frame, between head and end', async (context) => {
    const { stream, frames } = harness(context);
    stream.head(200, 'text/event-stream', [], 'prompt_cache_key');
    for (const text of ['a', 'b', 'c']) assert.equal(stream.write(text), true);
    stream.end(NO_SUMMARY);
    await waitUntil(() => frames.includes('end'), 'the end');
    assert.deepEqual(frames, ['head 200 prompt_cache_key', 'data abc', 'end']);
  });

  it('text of different loop turns is not held back', async (context) => {
    const { stream, frames } = harness(context);
    stream.write('a');
    await waitUntil(() => frames.length === 1, 'the first frame');
    stream.write('b');
    await waitUntil(() => frames.length === 2, 'the second frame');
    assert.deepEqual(frames, ['data a', 'data b']);
  });

  it('bytes keep their place among texts', async (context) => {
    const { stream, frames } = harness(context);
    stream.write('a');
    stream.writeBytes(Buffer.from('b'));
    stream.write('c');
    stream.fail(failure);
    await waitUntil(() => frames.includes('fail'), 'the end');
    assert.deepEqual(frames, ['data a', 'data b', 'data c', 'fail']);
  });

  it('the head is sent once, and commits', async (context) => {
    const { stream, frames } = harness(context);
    assert.equal(stream.committed, false);
    assert.equal(stream.head(200, 'application/json', [], 'none'), true);
    assert.equal(stream.committed, true);
    assert.equal(stream.head(500, 'application/json', [], 'none'), false);
    stream.end(NO_SUMMARY);
    await waitUntil(() => frames.includes('end'), 'the end');
    assert.deepEqual(frames, ['head 200 none', 'end']);
  });

  it('after its end every send is a no-op that says so', async (context) => {
    const test = harness(context);
    const { stream, frames } = test;
    stream.end(NO_SUMMARY);
    assert.equal(stream.ended, true);
    assert.deepEqual(
      [
        stream.head(200, 'x', [], 'none'),
        stream.write('a'),
        stream.writeBytes(Buffer.from('a')),
        stream.end(NO_SUMMARY),
        stream.fail(failure),
      ],
      [false, false, false, false, false],
    );
    stream.cancel();
    await waitUntil(() => frames.length > 0, 'the end');
    assert.deepEqual(frames, ['end']);
    assert.equal(test.ends, 1);
  });

  it('a cancel drops what waits and sends nothing', async (context) => {
    const test = harness(context);
    const { stream, frames } = test;
    stream.head(200, 'x', [], 'none');
    stream.write('lost');
    stream.cancel();
    assert.equal(stream.write('more'), false);
    assert.equal(stream.fail(failure), false);
    new TurnStream(test.port, streamId(8), 10).end(NO_SUMMARY);
    await waitUntil(() => frames.includes('end'), 'the end of a later stream');
    assert.deepEqual(frames, ['head 200 none', 'end']);
    assert.equal(test.ends, 1);
  });

  it('pauses its source when the credit is used up, resumes it when granted', async (context) => {
    const { stream, frames } = harness(context, 4);
    const source = new Source();
    stream.attach(source);
    stream.writeBytes(Buffer.from('abc'));
    assert.deepEqual(source.calls, []);
    stream.write('de');
    await waitUntil(() => frames.length === 2, 'both frames');
    assert.deepEqual(source.calls, ['pause']);
    stream.grant(1);
    assert.deepEqual(source.calls, ['pause']);
    stream.grant(1);
    assert.deepEqual(source.calls, ['pause', 'resume']);
  });

  it('a source that is attached without credit waits at once', (context) => {
    const { stream } = harness(context, 0);
    const source = new Source();
    stream.attach(source);
    assert.deepEqual(source.calls, ['pause']);
    stream.grant(10);
    assert.deepEqual(source.calls, ['pause', 'resume']);
  });

  it('an ended stream leaves its source alone', (context) => {
    const { stream } = harness(context, 1);
    const source = new Source();
    stream.attach(source);
    stream.writeBytes(Buffer.from('abc'));
    stream.end(NO_SUMMARY);
    stream.grant(100);
    assert.deepEqual(source.calls, ['pause']);
  });

  it('a port that is closed makes sends say so', async (context) => {
    const { port1, port2 } = new MessageChannel();
    const host = new FramePort<HostFrame, FrontFrame>(port1, hostFrameCodec, frontFrameCodec);
    context.after(() => host.close());
    const stream = new TurnStream(host, streamId(1), 10);
    port2.close();
    await waitUntil(() => host.closed, 'the port to close');
    assert.equal(stream.head(200, 'x', [], 'none'), false);
    assert.equal(stream.writeBytes(Buffer.from('a')), false);
  });
});

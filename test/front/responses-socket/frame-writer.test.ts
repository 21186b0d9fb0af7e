/** One answer to one WebSocket: order, back-pressure, one ending. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnswerFrames } from '../../../src/front/responses-socket/answer-frames.ts';
import { FrameWriter, type Ending } from '../../../src/front/responses-socket/frame-writer.ts';
import { STREAM_WINDOW_BYTES } from '../../../src/actors/credit.ts';
import { SwitchyardError } from '../../../src/errors.ts';
import { upstreamFailure } from '../errors/failures.ts';
import type { ClientSocket } from '../../../src/front/server/types.ts';

/** A socket that is a list; the test plays the client. */
class FakeSocket implements ClientSocket {
  closed = false;
  buffered = 0;
  slow = false;
  corks = 0;
  readonly sent: string[] = [];

  send(text: string | Uint8Array): boolean {
    const bytes = Buffer.from(text as string);
    this.sent.push(bytes.toString());
    if (this.slow) this.buffered += bytes.length;
    return !this.slow;
  }

  cork(run: () => void): void {
    this.corks += 1;
    run();
  }

  ping(): void {}
  close(): void {}
}

const ENDING: Ending = {
  status: 502,
  frames: ['{"type":"error"}'],
  close: { code: 1011, reason: 'why' },
};
const COMPLETED = '{"type":"response.completed","response":{"id":"r","output":[]}}';

function setup() {
  const socket = new FakeSocket();
  const granted: number[] = [];
  const broken: SwitchyardError[] = [];
  const writer = new FrameWriter({
    socket,
    answer: new AnswerFrames(),
    grant: (bytes) => granted.push(bytes),
    endingOf: () => ENDING,
    onBroken: (error) => broken.push(error),
  });
  const data = (text: string): void => writer.data(Buffer.from(text));
  return { socket, granted, broken, writer, data };
}

describe('FrameWriter', () => {
  it('sends what one post brought in one group, each event as a message', () => {
    const { socket, writer, data } = setup();
    data('data: {"a":1}\n\ndata: {"b"');
    data(':2}\n\n: comment\n\n');
    assert.deepEqual(socket.sent, []);
    writer.flush();
    assert.deepEqual(socket.sent, ['{"a":1}', '{"b":2}']);
    assert.equal(socket.corks, 1);
    writer.flush();
    assert.equal(socket.corks, 1);
  });

  it('a whole answer ends with its own last event, and leaves the socket open', () => {
    const { socket, writer, data } = setup();
    data(`event: response.completed\ndata: ${COMPLETED}\n\n`);
    writer.end();
    writer.flush();
    assert.deepEqual(socket.sent, [COMPLETED]);
    assert.equal(writer.close, undefined);
  });

  it('a broken answer ends with one error behind its data', () => {
    const { socket, writer, data } = setup();
    data('data: {"a":1}\n\n');
    writer.fail(upstreamFailure(502, 'boom'));
    assert.deepEqual(socket.sent, ['{"a":1}', '{"type":"error"}']);
    assert.deepEqual(writer.close, ENDING.close);
  });

  it('no second ending behind a terminal event', () => {
    const { socket, writer, data } = setup();
    data(`data: ${COMPLETED}\n\n`);
    writer.fail(upstreamFailure(502, 'boom'));
    assert.deepEqual(socket.sent, [COMPLETED]);
  });

  it('tells the status of an error', () => {
    const { socket, writer } = setup();
    assert.equal(writer.refuse(new SwitchyardError('auth_unavailable')), 502);
    assert.deepEqual(socket.sent, ['{"type":"error"}']);
  });

  it('grants in portions while the client keeps up', () => {
    const { granted, writer, data } = setup();
    data('data: {"a":1}\n\n');
    writer.flush();
    assert.deepEqual(granted, []);
    const half = 'x'.repeat(STREAM_WINDOW_BYTES / 2);
    data(half);
    writer.flush();
    assert.deepEqual(granted, [half.length + 15], 'also for an event that is not whole');
  });

  it('grants nothing to a slow client until its socket is empty', () => {
    const { socket, granted, writer, data } = setup();
    socket.slow = true;
    data(`data: {"a":"${'x'.repeat(STREAM_WINDOW_BYTES)}"}\n\n`);
    writer.flush();
    assert.deepEqual(granted, []);
    socket.buffered = 0;
    writer.drained();
    assert.deepEqual(granted, [STREAM_WINDOW_BYTES + 16]);
    writer.drained();
    assert.equal(granted.length, 1);
  });

  it('what is held back never closes the window', () => {
    const { granted, writer, data } = setup();
    let sent = 0;
    for (let count = 0; count < 1000; count += 1) {
      const text = `data: {"n":"${'x'.repeat((count * 37) % 900)}"}\n\n`;
      data(text);
      sent += text.length;
      writer.flush();
      const given = granted.reduce((sum, bytes) => sum + bytes, 0);
      assert.ok(sent - given < STREAM_WINDOW_BYTES / 2);
    }
  });

  it('sends nothing more once it was stopped', () => {
    const { socket, writer, data } = setup();
    data('data: {"a":1}\n\n');
    writer.stop();
    writer.flush();
    assert.deepEqual(socket.sent, []);
  });
});

/** Turns on upstream sockets: frames both ways, one turn at a time, back-pressure. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitUntil } from '../../support/wait.ts';
import {
  ask,
  asked,
  failed,
  frame,
  framesCame,
  OP,
  openPair,
  type Pair,
  type RecordedTurn,
} from './support.ts';

/** The peer sends one frame, and the turn gets it. */
async function answered(pair: Pair, running: RecordedTurn, text: string): Promise<void> {
  pair.peer.text(text);
  await waitUntil(() => running.seen.frames.at(-1) === text, 'the frame arrives');
}

describe('upstream sockets: turns', () => {
  it('sends one text frame and hands on every frame until done', async (test) => {
    const { peer, socket, running } = await asked(test);
    assert.deepEqual(peer.texts, ['ask']);
    assert.equal(socket.busy, true);
    assert.equal(socket.turns, 1);
    const texts = Array.from({ length: 2000 }, (_, at) => `{"n":${at},"text":"čau ☕"}`);
    peer.write(Buffer.concat(texts.map((text) => frame(OP.text, text))));
    assert.deepEqual(await framesCame(running, texts.length), texts);
    running.turn.done();
    running.turn.done();
    assert.equal(socket.busy, false);
    assert.equal(socket.open, true);
    assert.equal(running.seen.errors, 0);
  });

  it('sends and takes large frames', async (test) => {
    const { peer, socket } = await openPair(test);
    const large = 'x'.repeat(700_000);
    const running = ask(socket, large);
    await waitUntil(() => peer.texts.length === 1, 'the frame arrives');
    assert.equal(peer.texts[0], large);
    peer.text(large);
    assert.deepEqual(await framesCame(running, 1), [large]);
  });

  it('reads frames that are split at every byte', async (test) => {
    const { peer, running } = await asked(test);
    const text = 'ž'.repeat(100);
    const bytes = Buffer.concat([frame(OP.text, 'one'), frame(OP.ping, 'p'), frame(OP.text, text)]);
    for (const byte of bytes) {
      await new Promise<void>((resolve) => peer.socket.write(Buffer.from([byte]), () => resolve()));
    }
    assert.deepEqual(await framesCame(running, 2), ['one', text]);
  });

  it('joins fragments, with control frames between them', async (test) => {
    const { peer, running } = await asked(test);
    const [first, second] = [Buffer.from('caf\u00e9').subarray(0, 4), Buffer.from([0xa9, 0x21])];
    peer.write(frame(OP.text, first, { fin: false }), frame(OP.ping, 'still there?'));
    peer.write(frame(OP.more, '', { fin: false }), frame(OP.more, second), frame(OP.text, 'next'));
    assert.deepEqual(await framesCame(running, 2), ['café!', 'next']);
    await waitUntil(() => peer.of(OP.pong).length === 1, 'the ping is answered');
    assert.equal(peer.of(OP.pong)[0]?.toString(), 'still there?');
  });

  it('ignores blank frames (2.4)', async (test) => {
    const { peer, running } = await asked(test);
    for (const text of ['', ' \n', 'real']) peer.text(text);
    assert.deepEqual(await framesCame(running, 1), ['real']);
  });

  it('carries one turn after the other, and drops what comes between them (2.5)', async (test) => {
    const pair = await asked(test);
    await answered(pair, pair.running, 'a');
    pair.running.turn.done();
    pair.peer.text('nobody asked');
    pair.peer.write(frame(OP.ping, ''));
    await waitUntil(() => pair.peer.of(OP.pong).length === 1, 'it was read');
    const second = ask(pair.socket, 'again');
    await answered(pair, second, 'b');
    assert.deepEqual(pair.peer.texts, ['ask', 'again']);
    assert.deepEqual(second.seen.frames, ['b']);
    assert.deepEqual(pair.running.seen.frames, ['a']);
    assert.equal(pair.socket.turns, 2);
  });

  it('begins the next turn inside the last frame of the one before', async (test) => {
    const pair = await asked(test);
    const next: RecordedTurn[] = [];
    pair.running.seen.afterFrame = () => {
      pair.running.turn.done();
      next.push(ask(pair.socket, 'again'));
    };
    pair.peer.text('a');
    await waitUntil(() => pair.peer.texts.length === 2, 'the next turn arrives');
    const [second] = next;
    assert.ok(second !== undefined);
    await answered(pair, second, 'b');
    assert.deepEqual(pair.running.seen.frames, ['a']);
  });

  it('refuses a second turn at once; the first is not touched by it', async (test) => {
    const pair = await asked(test);
    const second = ask(pair.socket, 'too early');
    assert.equal(second.seen.outcome, '0 frames', 'nothing is reported inside send');
    second.turn.pause();
    second.turn.resume();
    second.turn.markFirstEvent();
    assert.equal(await failed(second), 'upstream_connection_lost not-sent');
    assert.equal(second.seen.error?.message, 'the WebSocket carries another turn');
    const third = ask(pair.socket);
    third.turn.abort();
    third.turn.done();
    assert.equal(third.seen.outcome, 'cancelled not-sent');
    await answered(pair, pair.running, 'a');
    assert.deepEqual(pair.peer.texts, ['ask']);
    assert.equal(pair.socket.turns, 1);
    assert.deepEqual([second.seen.errors, third.seen.errors], [1, 1]);
  });

  it('ends with what its own handler throws', async (test) => {
    const { peer, socket, seen, running } = await asked(test);
    running.seen.afterFrame = () => {
      throw new Error('my own fault');
    };
    peer.write(Buffer.concat([frame(OP.text, 'a'), frame(OP.text, 'b')]));
    assert.equal(await failed(running), 'internal answering');
    assert.equal(running.seen.error?.message, 'my own fault');
    assert.deepEqual(running.seen.frames, ['a']);
    assert.equal(socket.open, false);
    await waitUntil(() => seen.end !== undefined, 'the socket is closed');
  });

  const stages: [name: string, answers: number, outcome: string][] = [
    ['before the answer', 0, 'cancelled sent'],
    ['in the answer', 1, 'cancelled answering'],
  ];
  for (const [name, answers, outcome] of stages) {
    it(`is aborted ${name}: the socket goes with it`, async (test) => {
      const pair = await asked(test);
      if (answers > 0) await answered(pair, pair.running, 'a');
      pair.running.turn.abort();
      assert.equal(pair.running.seen.outcome, outcome);
      assert.equal(pair.running.seen.end, undefined);
      assert.equal(pair.socket.open, false);
      assert.equal(pair.socket.busy, false);
      await waitUntil(() => pair.seen.end !== undefined, 'the socket is closed');
      await waitUntil(() => pair.peer.socket.destroyed, 'the connection is closed');
      assert.equal(pair.client.openSockets, 0);
      pair.running.turn.abort();
      assert.equal(pair.running.seen.errors, 1);
    });
  }

  it('is aborted right after it was sent: the system has the frame', async (test) => {
    const { socket } = await openPair(test);
    const running = ask(socket);
    running.turn.abort();
    assert.equal(running.seen.outcome, 'cancelled sent');
    assert.equal(ask(socket).seen.outcome, '0 frames');
  });
});

describe('upstream sockets: back-pressure', () => {
  /** Far more than the buffers of both systems hold. */
  const FRAMES = 512;
  const PAYLOAD = Buffer.alloc(64 * 1024, 'x');

  it('stops reading while a turn is paused, and loses nothing', async (test) => {
    const { peer, running } = await asked(test);
    running.turn.pause();
    running.turn.pause();
    let flushed = false;
    for (let at = 0; at < FRAMES; at += 1) peer.write(frame(OP.text, PAYLOAD));
    peer.socket.write(frame(OP.text, 'last'), () => (flushed = true));
    await waitUntil(async () => {
      const before = peer.socket.writableLength;
      await new Promise((resolve) => setImmediate(resolve));
      return peer.socket.writableLength === before;
    }, 'the peer gets nothing more away');
    assert.equal(flushed, false, 'the peer has to wait');
    assert.equal(running.seen.frames.length, 0);
    running.turn.resume();
    running.turn.resume();
    const texts = await framesCame(running, FRAMES + 1);
    assert.equal(texts.at(-1), 'last');
    assert.ok(texts.slice(0, -1).every((text) => text.length === PAYLOAD.length));
  });

  it('brings little more than one read after a pause inside a frame', async (test) => {
    const { peer, running } = await asked(test);
    running.seen.afterFrame = () => running.turn.pause();
    const small = frame(OP.text, 'x'.repeat(1000));
    peer.write(Buffer.concat(Array.from({ length: 1000 }, () => small)));
    await framesCame(running, 1);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const bytes = running.seen.frames.join('').length;
    assert.ok(bytes <= 2 * 16 * 1024, `${bytes} bytes came`);
    running.seen.afterFrame = () => undefined;
    running.turn.resume();
    await framesCame(running, 1000);
  });

  it('reads again after a turn that was paused when it was done', async (test) => {
    const pair = await asked(test);
    await answered(pair, pair.running, 'a');
    pair.running.turn.pause();
    pair.running.turn.done();
    pair.running.turn.resume();
    const second = ask(pair.socket, 'again');
    await answered(pair, second, 'b');
  });

  it('is aborted while it is paused', async (test) => {
    const { peer, seen, running } = await asked(test);
    running.turn.pause();
    peer.text('unread');
    running.turn.abort();
    assert.equal(running.seen.outcome, 'cancelled sent');
    await waitUntil(() => seen.end !== undefined, 'the socket is closed');
    assert.deepEqual(running.seen.frames, []);
  });
});

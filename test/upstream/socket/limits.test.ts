/** Limits of turns and of idle sockets, pings and dead peers, under a clock that the test moves. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLOSE_MS } from '../../../src/upstream/socket/open-socket.ts';
import { TICK_MS } from '../../../src/upstream/deadlines.ts';
import type { UpstreamSocketsOptions } from '../../../src/upstream/socket/client.ts';
import type { Cleanup } from '../../support/temp.ts';
import { waitUntil } from '../../support/wait.ts';
import { FakeClock, LIMITS } from '../support.ts';
import {
  ask,
  asked,
  closeFrame,
  failed,
  frame,
  framesCame,
  OP,
  openPair,
  SOCKET_LIMITS,
  type Pair,
  type RecordedTurn,
} from './support.ts';

const PING_MS = 15_000;

type Options = Partial<UpstreamSocketsOptions>;
type Scene = Pair & { running: RecordedTurn; clock: FakeClock };

async function scene(test: Cleanup, options: Options = {}): Promise<Scene> {
  const clock = new FakeClock();
  return { ...(await asked(test, { clock, ...options })), clock };
}

async function idle(test: Cleanup, options: Options = {}): Promise<Pair & { clock: FakeClock }> {
  const clock = new FakeClock();
  return { ...(await openPair(test, { clock, ...options })), clock };
}

/** The peer sends one frame, and it arrives. */
async function answer({ peer, running }: Pair & { running: RecordedTurn }): Promise<void> {
  const before = running.seen.frames.length;
  peer.text('x');
  await framesCame(running, before + 1);
}

/** Everything that the peer wrote so far was read. */
async function wasRead({ peer }: Pair): Promise<void> {
  const before = peer.of(OP.pong).length;
  peer.write(frame(OP.ping, ''));
  await waitUntil(() => peer.of(OP.pong).length > before, 'the ping is answered');
}

const withPings = (limits = SOCKET_LIMITS): Options => ({ limits: { ...limits, pingMs: PING_MS } });

describe('upstream sockets: limits of a turn', () => {
  it('ends the wait for the first frame; control frames do not count (2.2)', async (test) => {
    const now = await scene(test);
    now.clock.advance(LIMITS.firstEventMs - 1);
    await wasRead(now);
    assert.equal(now.running.seen.outcome, '0 frames');
    now.clock.advance(TICK_MS);
    assert.equal(now.running.seen.outcome, 'upstream_timeout sent');
    const { message } = now.running.seen.error ?? {};
    assert.equal(message, 'the upstream sent no first event within 30 s');
    assert.equal(now.socket.open, false);
    await waitUntil(() => now.peer.socket.destroyed, 'the connection is closed');
  });

  it('ends a turn that goes silent; each frame starts the limit again', async (test) => {
    const now = await scene(test);
    await answer(now);
    for (let round = 0; round < 3; round += 1) {
      now.clock.advance(LIMITS.idleMs - TICK_MS);
      await answer(now);
      now.clock.advance(TICK_MS);
    }
    now.clock.advance(LIMITS.idleMs - TICK_MS);
    await wasRead(now);
    assert.equal(now.running.seen.outcome, '4 frames');
    now.clock.advance(TICK_MS);
    assert.equal(now.running.seen.outcome, 'upstream_stalled answering');
    const { message } = now.running.seen.error ?? {};
    assert.equal(message, 'the upstream sent nothing more within 40 s');
  });

  it('does not count the time in which our side does not read', async (test) => {
    const now = await scene(test);
    now.running.turn.pause();
    now.clock.advance(LIMITS.firstEventMs * 3);
    now.running.turn.resume();
    await answer(now);
    now.running.turn.pause();
    now.clock.advance(LIMITS.idleMs * 3);
    now.running.turn.resume();
    now.clock.advance(LIMITS.idleMs - TICK_MS);
    assert.equal(now.running.seen.outcome, '1 frames');
    now.clock.advance(TICK_MS);
    assert.equal(now.running.seen.outcome, 'upstream_stalled answering');
  });

  it('begins anew with each turn', async (test) => {
    const now = await scene(test);
    await answer(now);
    now.running.turn.done();
    now.clock.advance(LIMITS.firstEventMs + LIMITS.idleMs);
    const second = ask(now.socket);
    now.clock.advance(LIMITS.firstEventMs - TICK_MS);
    assert.equal(second.seen.outcome, '0 frames');
    now.clock.advance(TICK_MS);
    assert.match(second.seen.outcome, /^upstream_timeout/);
  });

  it('takes new limits at once', async (test) => {
    const now = await scene(test);
    now.client.setTimeouts({ ...LIMITS, firstEventMs: 1000 });
    now.clock.advance(1000 + TICK_MS);
    assert.equal(now.running.seen.outcome, 'upstream_timeout sent');
  });

  it('has no limit where it is 0', async (test) => {
    const none = { connectMs: 0, headersMs: 0, firstEventMs: 0, idleMs: 0 };
    const limits = { ...SOCKET_LIMITS, idleMs: 0 };
    const now = await scene(test, { timeouts: none, limits });
    now.clock.advance(1e8);
    await answer(now);
    now.clock.advance(1e8);
    now.running.turn.done();
    now.clock.advance(1e8);
    assert.equal(now.socket.open, true);
    assert.equal(now.running.seen.outcome, '1 frames');
  });
});

describe('upstream sockets: limits between turns', () => {
  it('closes a socket that rests too long, counted from its last turn', async (test) => {
    const now = await scene(test);
    now.clock.advance(LIMITS.firstEventMs / 2);
    await answer(now);
    now.running.turn.done();
    now.clock.advance(SOCKET_LIMITS.idleMs - TICK_MS);
    now.peer.text('nobody asked');
    await wasRead(now);
    assert.equal(now.socket.open, true);
    now.clock.advance(TICK_MS);
    assert.equal(now.socket.open, false);
    await waitUntil(() => now.peer.closeCode === 1000, 'the other side is told');
    now.peer.socket.end(closeFrame(1000));
    await waitUntil(() => now.seen.end !== undefined, 'the socket is closed');
  });

  it('takes new limits at once', async (test) => {
    const now = await idle(test);
    now.client.setLimits({ ...SOCKET_LIMITS, idleMs: 1000 });
    now.clock.advance(1000 + TICK_MS);
    assert.equal(now.socket.open, false);
  });

  it('cuts a socket whose end is not answered; a turn is heard until then', async (test) => {
    const now = await scene(test);
    now.socket.close();
    await waitUntil(() => now.peer.closeCode === 1000, 'the other side is told');
    now.clock.advance(CLOSE_MS - 1);
    await wasIgnored(now);
    assert.equal(now.seen.end, undefined);
    now.clock.advance(TICK_MS);
    assert.equal(await failed(now.running), 'upstream_connection_lost answering');
    assert.deepEqual(now.seen.end, { code: 1006, reason: '' });
    await waitUntil(() => now.peer.socket.destroyed, 'the connection is closed');
  });

  it('cuts a socket whose other side says goodbye and does not go', async (test) => {
    const now = await scene(test);
    now.peer.write(closeFrame(1009, 'too big'));
    await waitUntil(() => now.peer.closeCode === 1009, 'the close frame is answered');
    assert.equal(now.socket.open, false);
    now.clock.advance(CLOSE_MS + 2 * TICK_MS);
    assert.equal(await failed(now.running), 'upstream_message_too_big sent');
    assert.deepEqual(now.seen.end, { code: 1009, reason: 'too big' });
  });
});

/** Gives the loop time to report an end that must not come. */
async function wasIgnored({ peer }: Pair): Promise<void> {
  await new Promise<void>((resolve) => peer.socket.write(frame(OP.text, 'x'), () => resolve()));
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('upstream sockets: pings', () => {
  it('sends none where there are none', async (test) => {
    const now = await idle(test);
    now.clock.advance(SOCKET_LIMITS.idleMs - TICK_MS);
    await wasRead(now);
    assert.equal(now.peer.of(OP.ping).length, 0);
  });

  it('pings an idle socket, and keeps it while pongs come', async (test) => {
    const now = await idle(test, withPings());
    for (let count = 1; count <= 4; count += 1) {
      now.clock.advance(PING_MS - TICK_MS);
      await wasRead(now);
      assert.equal(now.peer.of(OP.ping).length, count - 1);
      now.clock.advance(TICK_MS);
      await waitUntil(() => now.peer.of(OP.ping).length === count, 'the ping arrives');
      now.peer.write(frame(OP.pong, ''));
      await wasRead(now);
    }
    assert.equal(now.socket.open, true);
  });

  it('gives up a dead peer between turns', async (test) => {
    const now = await idle(test, withPings());
    now.clock.advance(PING_MS);
    await waitUntil(() => now.peer.of(OP.ping).length === 1, 'the ping arrives');
    now.clock.advance(PING_MS - TICK_MS);
    assert.equal(now.socket.open, true);
    now.clock.advance(TICK_MS);
    assert.equal(now.socket.open, false);
    await waitUntil(() => now.seen.end !== undefined, 'the socket is closed');
    assert.equal(now.seen.end?.code, 1006);
    await waitUntil(() => now.peer.socket.destroyed, 'the connection is closed');
  });

  it('gives up a dead peer in a turn', async (test) => {
    const now = await scene(test, withPings());
    await answer(now);
    now.clock.advance(2 * PING_MS);
    assert.equal(now.running.seen.outcome, 'upstream_connection_lost answering');
    const { message } = now.running.seen.error ?? {};
    assert.equal(message, 'the upstream closed the WebSocket: no answer to a ping within 15 s');
  });

  it('takes a message for a sign of life', async (test) => {
    const now = await scene(test, withPings());
    for (let round = 0; round < 4; round += 1) {
      now.clock.advance(PING_MS);
      await answer(now);
    }
    assert.equal(now.running.seen.outcome, '4 frames');
    assert.equal(now.socket.open, true);
  });

  it('does not take its own pause for death', async (test) => {
    const now = await scene(test, withPings());
    await answer(now);
    now.clock.advance(PING_MS);
    now.running.turn.pause();
    now.clock.advance(10 * PING_MS);
    assert.equal(now.running.seen.outcome, '1 frames');
    now.running.turn.resume();
    now.clock.advance(PING_MS - TICK_MS);
    assert.equal(now.running.seen.outcome, '1 frames', 'the pong has the whole time again');
    now.clock.advance(TICK_MS);
    assert.equal(now.running.seen.outcome, 'upstream_connection_lost answering');
  });
});

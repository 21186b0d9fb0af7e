/** Time limits, under a clock that the test moves. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TICK_MS } from '../../src/upstream/deadlines.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import type { Cleanup } from '../support/temp.ts';
import { waitUntil } from '../support/wait.ts';
import {
  FakeClock,
  LIMITS,
  makeClient,
  start,
  startRawServer,
  type RecordedCall,
} from './support.ts';

interface Scene {
  clock: FakeClock;
  upstream: FakeUpstream;
  running: RecordedCall;
}

/** A call whose upstream has sent the head of an event stream. */
async function answering(test: Cleanup, limits = LIMITS): Promise<Scene> {
  const clock = new FakeClock();
  const upstream = await startFakeUpstream(test, (call) => call.sseHead());
  const running = start(makeClient(test, { clock, timeouts: limits }), upstream.origin);
  await waitUntil(() => running.seen.status === 200, 'the head arrives');
  return { clock, upstream, running };
}

/** The upstream sends one more byte, and it arrives. */
async function chunk({ upstream, running }: Scene): Promise<void> {
  const before = running.seen.bytes;
  await upstream.calls[0]?.write('x');
  await waitUntil(() => running.seen.bytes > before, 'the chunk arrives');
}

describe('upstream limits', () => {
  it('ends a connection attempt: not sent', async (test) => {
    const clock = new FakeClock();
    // TLS that is never answered: the TCP connection stands, the attempt does not end.
    const server = await startRawServer(
      test,
      () => undefined,
      (socket) => socket.pause(),
    );
    const url = server.origin.replace('http:', 'https:');
    const { seen } = start(makeClient(test, { clock }), url);
    await waitUntil(() => server.sockets.length === 1, 'the attempt begins');
    clock.advance(LIMITS.connectMs - 1);
    assert.equal(seen.outcome, 'running');
    clock.advance(TICK_MS);
    assert.equal(seen.outcome, 'upstream_connect_failed not-sent');
    assert.equal(seen.error?.message, `no connection to ${url} within 10 s`);
    server.sockets[0]?.resume();
    await waitUntil(() => server.open === 0, 'the attempt is given up');
  });

  it('ends the wait for the head: sent', async (test) => {
    const clock = new FakeClock();
    const upstream = await startFakeUpstream(test, () => undefined);
    const { seen } = start(makeClient(test, { clock }), upstream.origin);
    await waitUntil(() => upstream.requests.length === 1, 'the request arrives');
    clock.advance(LIMITS.headersMs - 1);
    assert.equal(seen.outcome, 'running');
    clock.advance(TICK_MS);
    assert.equal(seen.outcome, 'upstream_timeout sent');
    assert.equal(seen.error?.message, 'the upstream sent no answer within 20 s');
    await waitUntil(() => upstream.openConnections === 0, 'the connection is closed');
  });

  it('ends the wait for the head while the request is still written: not sent', async (test) => {
    const clock = new FakeClock();
    const server = await startRawServer(
      test,
      () => undefined,
      (socket) => {
        socket.once('data', () => socket.pause());
      },
    );
    const body = Buffer.alloc(64 * 1024 * 1024);
    const { seen } = start(makeClient(test, { clock }), server.origin, { body });
    await waitUntil(() => (server.sockets[0]?.bytesRead ?? 0) > 0, 'the request begins');
    clock.advance(LIMITS.headersMs + TICK_MS);
    assert.equal(seen.outcome, 'upstream_timeout not-sent');
  });

  it('ends the wait for the first event, whatever bytes come before it', async (test) => {
    const scene = await answering(test);
    scene.clock.advance(LIMITS.firstEventMs - 1);
    await chunk(scene);
    assert.equal(scene.running.seen.outcome, 'running');
    scene.clock.advance(TICK_MS);
    assert.equal(scene.running.seen.outcome, 'upstream_timeout answering');
    assert.equal(scene.running.seen.error?.message, 'the upstream sent no first event within 30 s');
  });

  it('ends a stream that goes silent after its first event', async (test) => {
    const scene = await answering(test);
    await chunk(scene);
    scene.running.call.markFirstEvent();
    for (let round = 0; round < 3; round += 1) {
      scene.clock.advance(LIMITS.idleMs - TICK_MS);
      await chunk(scene);
      scene.clock.advance(TICK_MS);
      assert.equal(scene.running.seen.outcome, 'running', 'a chunk starts the limit again');
    }
    scene.clock.advance(LIMITS.idleMs - TICK_MS);
    assert.equal(scene.running.seen.outcome, 'running');
    scene.clock.advance(TICK_MS);
    assert.equal(scene.running.seen.outcome, 'upstream_stalled answering');
    assert.equal(scene.running.seen.error?.message, 'the upstream sent nothing more within 40 s');
    await waitUntil(() => scene.upstream.openConnections === 0, 'the connection is closed');
  });

  it('does not count the time in which our side does not read', async (test) => {
    const scene = await answering(test);
    scene.running.call.pause();
    scene.clock.advance(LIMITS.firstEventMs * 3);
    scene.running.call.resume();
    scene.running.call.markFirstEvent();
    scene.running.call.pause();
    scene.clock.advance(LIMITS.idleMs * 3);
    assert.equal(scene.running.seen.outcome, 'running');
    scene.running.call.resume();
    scene.clock.advance(LIMITS.idleMs - TICK_MS);
    assert.equal(scene.running.seen.outcome, 'running');
    scene.clock.advance(TICK_MS);
    assert.equal(scene.running.seen.outcome, 'upstream_stalled answering');
  });

  it('has no limit where it is 0', async (test) => {
    const none = { connectMs: 0, headersMs: 0, firstEventMs: 0, idleMs: 0 };
    const scene = await answering(test, none);
    scene.clock.advance(1e9);
    scene.running.call.markFirstEvent();
    scene.clock.advance(1e9);
    assert.equal(scene.running.seen.outcome, 'running');
    const silent = await startFakeUpstream(test, () => undefined);
    const client = makeClient(test, { clock: scene.clock, timeouts: none });
    const { seen } = start(client, silent.origin);
    await waitUntil(() => silent.requests.length === 1, 'the request arrives');
    scene.clock.advance(1e9);
    assert.equal(seen.outcome, 'running');
  });

  it('takes new limits for new calls only', async (test) => {
    const clock = new FakeClock();
    const upstream = await startFakeUpstream(test, () => undefined);
    const client = makeClient(test, { clock });
    const before = start(client, upstream.origin);
    client.setTimeouts({ ...LIMITS, headersMs: 1000 });
    const after = start(client, upstream.origin);
    await waitUntil(() => upstream.requests.length === 2, 'both requests arrive');
    clock.advance(1000 + TICK_MS);
    assert.equal(before.seen.outcome, 'running');
    assert.equal(after.seen.outcome, 'upstream_timeout sent');
    clock.advance(LIMITS.headersMs);
    assert.equal(before.seen.outcome, 'upstream_timeout sent');
  });

  it('stops its timer when no call is left', async (test) => {
    const clock = new FakeClock();
    const upstream = await startFakeUpstream(test, (call) => call.json(200, {}));
    const { seen } = start(makeClient(test, { clock }), upstream.origin);
    assert.equal(clock.timers, 1);
    await seen.ended;
    clock.advance(TICK_MS);
    assert.equal(clock.timers, 0);
  });
});

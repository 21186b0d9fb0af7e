/** Connections: kept, renewed, given back, closed. */
import assert from 'node:assert/strict';
import { setTimeout as timer } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { SwitchyardError } from '../../src/errors.ts';
import { Deadlines } from '../../src/upstream/deadlines.ts';
import { dialThrough } from '../../src/upstream/dial.ts';
import { HttpCall } from '../../src/upstream/call.ts';
import { Pool } from '../../src/upstream/pool.ts';
import { MAX_POOLS, Pools } from '../../src/upstream/pools.ts';
import { Targets } from '../../src/upstream/target.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { waitUntil } from '../support/wait.ts';
import {
  FakeClock,
  finish,
  LIMITS,
  makeClient,
  Recorder,
  start,
  startRawServer,
} from './support.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('upstream connections', () => {
  it('uses one connection for calls one after the other', async (test) => {
    const server = await startRawServer(test, (socket) => socket.write(OK));
    const client = makeClient(test);
    for (let round = 0; round < 5; round += 1) {
      assert.equal((await finish(client, server.origin)).outcome, 'end');
    }
    assert.equal(server.sockets.length, 1);
  });

  it('survives an upstream that closes idle connections between two calls', async (test) => {
    const server = await startRawServer(test, (socket) => socket.write(OK));
    const client = makeClient(test);
    for (let round = 0; round < 5; round += 1) {
      assert.equal((await finish(client, server.origin)).outcome, 'end');
      server.sockets.at(-1)?.end();
      await waitUntil(() => server.open === 0, 'the client closes its side too');
    }
    assert.equal(server.sockets.length, 5);
  });

  for (const how of ['destroy', 'resetAndDestroy'] as const) {
    it(`sends on a new connection when the kept one dies before the request (${how})`, async (test) => {
      let requests = 0;
      const server = await startRawServer(test, (socket) => {
        requests += 1;
        socket.write(OK);
      });
      const client = makeClient(test);
      for (let round = 1; round <= 5; round += 1) {
        // In a timer: the system's news of the closed socket comes before the request is written.
        await timer(0);
        server.sockets.at(-1)?.[how]();
        const seen = await finish(client, server.origin);
        assert.equal(seen.outcome, 'end');
        assert.equal(requests, round);
      }
    });
  }

  it('opens a new connection after an answer that ends its own', async (test) => {
    const server = await startRawServer(test, (socket) => {
      socket.end(OK.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
    });
    const client = makeClient(test);
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await finish(client, server.origin)).outcome, 'end');
    }
    assert.equal(server.sockets.length, 3);
  });

  it('gives up a connection before the time that the upstream names for it', async (test) => {
    // Two seconds less our margin of two: no time is left.
    const hint = OK.replace('\r\n\r\n', '\r\nkeep-alive: timeout=2\r\n\r\n');
    const server = await startRawServer(test, (socket) => socket.write(hint));
    const client = makeClient(test);
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await finish(client, server.origin)).outcome, 'end');
    }
    assert.equal(server.sockets.length, 3);
  });

  it('starts a call inside the last callback of another', async (test) => {
    const server = await startRawServer(test, (socket) => socket.write(OK));
    const client = makeClient(test);
    const second = new Promise<Recorder>((resolve) => {
      const first = start(client, server.origin);
      first.seen.onEvent = (name) => {
        if (name === 'end') resolve(start(client, server.origin).seen);
      };
    });
    const seen = await second;
    await seen.ended;
    assert.equal(seen.outcome, 'end');
  });

  it('lets calls wait at the bound, in order, and refuses those above', async (test) => {
    const server = await startRawServer(test, () => undefined);
    const route = { origin: server.origin, proxyUrl: '', where: 'here' };
    const limits = { connections: 2, waiting: 2 };
    const pool = new Pool({ ...route, dial: dialThrough(undefined) }, limits);
    test.after(() => pool.close());
    const deadlines = new Deadlines(new FakeClock());
    const calls = Array.from({ length: 5 }, () => {
      const seen = new Recorder();
      const call = new HttpCall(seen, LIMITS, deadlines);
      call.begin(pool, { path: '/', method: 'POST', headers: [], body: Buffer.from('hello') });
      return { seen, call };
    });
    const outcomes = (): string[] => calls.map(({ seen }) => seen.outcome);
    await calls[4]?.seen.ended;
    assert.equal(calls[4]?.seen.outcome, 'upstream_connect_failed not-sent');
    assert.equal(calls[4].seen.error?.message, 'all 2 connections to here are in use');
    await waitUntil(() => server.sockets.length === 2, 'both connections are open');
    calls[2]?.call.abort();
    assert.equal(calls[2]?.seen.outcome, 'cancelled not-sent');
    assert.deepEqual(outcomes().slice(0, 2), ['running', 'running']);
    server.sockets[0]?.write(OK);
    await calls[0]?.seen.ended;
    // The fourth call now has the first connection.
    await waitUntil(() => server.sockets[0]?.bytesRead === 2 * requestBytes(server.port), 'sent');
    server.sockets[0]?.write(OK);
    await calls[3]?.seen.ended;
    assert.deepEqual(outcomes().slice(0, 4), ['end', 'running', 'cancelled not-sent', 'end']);
    assert.equal(server.sockets.length, 2);
    assert.equal(pool.unused, false);
  });

  it('keeps a bounded number of pools: the longest unused goes, used ones stay', async (test) => {
    const pools = new Pools({});
    const targets = new Targets();
    test.after(() => pools.close());
    const of = (index: number): Pool => pools.of(targets.of(`http://h${index}.test/`), '');
    const first = of(0);
    for (let index = 1; index < MAX_POOLS; index += 1) of(index);
    assert.equal(of(0), first);
    const second = of(1);
    of(MAX_POOLS);
    assert.equal(of(0), first, 'used lately');
    assert.equal(of(1), second, 'used lately');
    const server = await startRawServer(test, () => undefined);
    const deadlines = new Deadlines(new FakeClock());
    for (let index = 0; index < MAX_POOLS; index += 1) {
      const call = new HttpCall(new Recorder(), LIMITS, deadlines);
      const target = targets.of(server.origin);
      call.begin(pools.of(target, `http://u${index}:p@127.0.0.1:${server.port}`), {
        path: '/',
        method: 'GET',
      });
    }
    assert.throws(
      () => of(MAX_POOLS + 1),
      (error) => error instanceof SwitchyardError && error.code === 'upstream_connect_failed',
    );
  });

  it('cancels everything on close, and leaves neither sockets nor timers', async (test) => {
    const clock = new FakeClock();
    const upstream = await startFakeUpstream(test, (call) => {
      if (call.request.path === '/done') call.json(200, {});
      else if (call.request.path === '/body') call.sseHead();
    });
    const client = makeClient(test, { clock });
    await finish(client, `${upstream.origin}/done`);
    const waiting = start(client, `${upstream.origin}/head`);
    const reading = start(client, `${upstream.origin}/body`);
    await waitUntil(() => upstream.requests.length === 3, 'all requests arrive');
    await waitUntil(() => reading.seen.status === 200, 'one is answered');
    assert.equal(clock.timers, 1);
    await client.close();
    assert.equal(waiting.seen.outcome, 'cancelled sent');
    assert.equal(reading.seen.outcome, 'cancelled answering');
    await waitUntil(() => upstream.openConnections === 0, 'no connection is left');
    assert.equal(clock.timers, 0);
    const late = await finish(client, `${upstream.origin}/done`);
    assert.equal(late.outcome, 'upstream_connect_failed not-sent');
    assert.equal(upstream.requests.length, 3);
  });
});

/** Bytes of one request of {@link start} to `/` of a raw server. */
function requestBytes(port: number): number {
  const head = `POST / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: keep-alive\r\n`;
  return `${head}content-length: 5\r\n\r\nhello`.length;
}

/** How upstream sockets are opened, and what keeps them from it. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { MAX_REFUSAL_BYTES, REFUSAL_MS } from '../../../src/upstream/socket/refusal.ts';
import { HANDSHAKE_MS } from '../../../src/upstream/socket/handshake.ts';
import { TICK_MS } from '../../../src/upstream/deadlines.ts';
import type { ConnectHandler } from '../../../src/upstream/socket/types.ts';
import { startFakeSocketUpstream } from '../../support/fake-socket-upstream.ts';
import { refusedOrigin } from '../../support/raw-socket.ts';
import { waitUntil } from '../../support/wait.ts';
import { FakeClock, LIMITS, startRawServer } from '../support.ts';
import {
  acceptance,
  ask,
  connect,
  frame,
  framesCame,
  makeSockets,
  OP,
  openPair,
  startUpgradeServer,
} from './support.ts';

const wsOf = (origin: string): string => `${origin.replace('http', 'ws')}/v1/responses`;

describe('upstream sockets: handshake', () => {
  it('sends the headers in order and case, repeated ones joined, then its own', async (test) => {
    let head = '';
    const server = await startUpgradeServer(test, (socket, text) => {
      head = text;
      socket.write(
        acceptance(text, 'X-Codex-Turn-State: s1\r\nSet-Cookie: a\r\nset-cookie: b\r\n'),
      );
    });
    const headers = [
      'Authorization',
      'Bearer t',
      'session_id',
      'k',
      'X-A',
      '1',
      'OpenAI-Beta',
      'b',
    ];
    const repeated = ['x-a', '2', 'Upgrade', 'h2c', 'Sec-WebSocket-Protocol', 'chat'];
    const { seen } = connect(makeSockets(test), `${server.url}?a=b`, {
      headers: [...headers, ...repeated],
    });
    await seen.over;
    const [line, ...lines] = head.trimEnd().split('\r\n');
    assert.equal(line, 'GET /v1/responses?a=b HTTP/1.1');
    assert.deepEqual(
      lines.map((one) => one.replace(/(Key): .*/, '$1')),
      [
        ...['Authorization: Bearer t', 'session_id: k', 'X-A: 1, 2', 'OpenAI-Beta: b'],
        ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key'],
        ...['Connection: Upgrade', 'Upgrade: websocket', `Host: 127.0.0.1:${server.port}`],
      ],
      'no extension is offered',
    );
    assert.equal(seen.outcome, 'open');
    assert.deepEqual(seen.socket?.headers.slice(6), [
      ...['X-Codex-Turn-State', 's1', 'Set-Cookie', 'a', 'set-cookie', 'b'],
    ]);
    assert.equal(seen.socket?.turns, 0);
    assert.equal(seen.socket?.open, true);
  });

  const refusals: [status: number, headers: Record<string, string>, body: string][] = [
    [301, { location: 'ws://127.0.0.1:1/' }, ''],
    [401, {}, '{"error":{"code":"token_expired"}}'],
    [403, { 'x-a': '1' }, '<html>café</html>'],
    [404, {}, ''],
    [426, {}, '{"detail":"use HTTP"}'],
    [429, { 'retry-after': '17', 'x-codex-primary-used-percent': '100' }, '{"error":{}}'],
    [502, {}, 'bad gateway'],
  ];
  for (const [status, headers, body] of refusals) {
    it(`reports a refusal with ${status}, its headers and body`, async (test) => {
      const upstream = await startFakeSocketUpstream(test, {
        onUpgrade: () => ({ status, headers, body }),
      });
      const client = makeSockets(test);
      const { seen } = connect(client, wsOf(upstream.origin));
      assert.equal(seen.outcome, 'running', 'nothing is reported inside connect');
      await seen.over;
      assert.equal(seen.outcome, String(status));
      assert.equal(seen.body, body);
      for (const [name, value] of Object.entries(headers)) {
        assert.equal(seen.headers[seen.headers.indexOf(name) + 1], value);
      }
      assert.equal(upstream.handshakes.length, 1, 'no redirect is followed');
      assert.equal(client.openSockets, 0);
      assert.equal(seen.calls, 1);
    });
  }

  it('cuts the body of a refusal to its bound', async (test) => {
    const server = await startUpgradeServer(test, (socket) => {
      socket.write('HTTP/1.1 403 No\r\n\r\n');
      socket.write(Buffer.alloc(MAX_REFUSAL_BYTES * 2, 'x'));
    });
    const { seen } = connect(makeSockets(test), server.url);
    await seen.over;
    assert.equal(seen.outcome, '403');
    assert.equal(seen.body.length, MAX_REFUSAL_BYTES);
    await waitUntil(() => server.open === 0, 'the connection is closed');
  });

  it('reports what came of a body that breaks off', async (test) => {
    const server = await startUpgradeServer(test, (socket) => {
      socket.write('HTTP/1.1 429 No\r\ncontent-length: 100\r\n\r\n{"half"');
      socket.end();
    });
    const { seen } = connect(makeSockets(test), server.url);
    await seen.over;
    assert.equal(seen.outcome, '429');
    assert.equal(seen.body, '{"half"');
  });

  it('does not wait for a body that does not end', async (test) => {
    const clock = new FakeClock();
    const server = await startUpgradeServer(test, (socket) => {
      socket.write('HTTP/1.1 401 No\r\ncontent-length: 100\r\n\r\nsome');
    });
    const { seen } = connect(makeSockets(test, { clock }), server.url);
    await waitUntil(() => server.sockets[0]?.bytesWritten, 'the answer is written');
    // What loopback was given is there to read; the head is read in the next turns of the loop.
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    clock.advance(REFUSAL_MS - 1);
    assert.equal(seen.outcome, 'running');
    clock.advance(TICK_MS);
    assert.equal(seen.outcome, '401');
    assert.equal(seen.body, 'some');
    await waitUntil(() => server.open === 0, 'the connection is closed');
  });

  it('reports a refused connection', async (test) => {
    const url = wsOf(await refusedOrigin());
    const { seen } = connect(makeSockets(test), url);
    await seen.over;
    assert.equal(seen.outcome, 'upstream_connect_failed');
    assert.match(seen.error?.message ?? '', /^could not connect to http:.*ECONNREFUSED/);
  });

  const badUrls = ['http://127.0.0.1:1/', 'nonsense', 'ws://', 'ws://127.0.0.1:1/#part'];
  for (const url of badUrls) {
    it(`reports the address ${url}`, async (test) => {
      const { seen } = connect(makeSockets(test), url);
      assert.equal(seen.outcome, 'running', 'nothing is reported inside connect');
      await seen.over;
      assert.equal(seen.outcome, 'upstream_connect_failed');
    });
  }

  it('reports a header that can not be sent, and does not show it', async (test) => {
    const server = await startUpgradeServer(test, () => undefined);
    const headers = ['Authorization', 'Bearer s3cret\n'];
    const { seen } = connect(makeSockets(test), server.url, { headers });
    await seen.over;
    assert.equal(seen.outcome, 'upstream_connect_failed');
    assert.ok(!JSON.stringify([seen.error?.message, seen.error]).includes('s3cret'));
    await waitUntil(() => server.open === 0, 'the connection is closed');
  });

  const answers: [name: string, answer: (socket: Socket, head: string) => void, code: string][] = [
    ['a reset', (socket) => socket.resetAndDestroy(), 'upstream_connect_failed'],
    ['an end without an answer', (socket) => socket.end(), 'upstream_connect_failed'],
    [
      'a reset in the middle of the 101',
      (socket, head) => {
        const text = acceptance(head).slice(0, 60);
        socket.write(text, () => socket.resetAndDestroy());
      },
      'upstream_connect_failed',
    ],
    ['bytes that are no HTTP', (socket) => socket.write('SSH-2.0-x\r\n'), 'upstream_bad_answer'],
    [
      'a 101 with the key of another',
      (socket) => socket.write(acceptance('')),
      'upstream_bad_answer',
    ],
    [
      'a 101 to another protocol',
      (socket, head) => socket.write(acceptance(head).replace('websocket', 'h2c')),
      'upstream_bad_answer',
    ],
    [
      'an extension that was not offered',
      (socket, head) =>
        socket.write(acceptance(head, 'Sec-WebSocket-Extensions: permessage-deflate\r\n')),
      'upstream_bad_answer',
    ],
    [
      'a head above the bound',
      (socket, head) => socket.write(acceptance(head, `a: ${'x'.repeat(70_000)}\r\n`)),
      'upstream_bad_answer',
    ],
  ];
  for (const [name, answer, code] of answers) {
    it(`reports ${name}`, async (test) => {
      const server = await startUpgradeServer(test, answer);
      const client = makeSockets(test);
      const { seen } = connect(client, server.url);
      await seen.over;
      assert.equal(seen.outcome, code);
      assert.ok(seen.error?.message.includes(server.origin));
      await waitUntil(() => server.open === 0, 'the connection is closed');
      assert.equal(seen.calls, 1);
      assert.equal(client.openSockets, 0);
    });
  }

  it('reads frames that come together with the 101, and at any split', async (test) => {
    const bytes = frame(OP.text, 'early');
    for (let at = 0; at <= bytes.length; at += 1) {
      const server = await startUpgradeServer(test, (socket, head) => {
        socket.write(Buffer.concat([Buffer.from(acceptance(head)), bytes.subarray(0, at)]));
        socket.write(bytes.subarray(at));
      });
      const client = makeSockets(test);
      const handler = new OpenAndAsk();
      client.connect({ url: server.url, headers: [], proxyUrl: '' }, handler);
      await waitUntil(() => handler.frames.length > 0, 'the frame arrives');
      assert.deepEqual(handler.frames, ['early']);
      await client.close();
    }
  });

  it('gives up while the way is opened, and while the upgrade is', async (test) => {
    const hangs = await startUpgradeServer(test, () => undefined);
    const silent = await startRawServer(
      test,
      () => undefined,
      (socket) => socket.resume(),
    );
    for (const url of [hangs.url, silent.origin.replace('http', 'wss')]) {
      const { seen, abort } = connect(makeSockets(test), url);
      await waitUntil(() => hangs.open + silent.open === 1, 'the attempt begins');
      abort();
      abort();
      await seen.over;
      assert.equal(seen.outcome, 'cancelled');
      await waitUntil(() => hangs.open + silent.open === 0, 'the attempt is given up');
      assert.equal(seen.calls, 1);
    }
  });

  it('gives up at once, and reports it only after connect has returned', async (test) => {
    const server = await startUpgradeServer(test, () => undefined);
    const { seen, abort } = connect(makeSockets(test), server.url);
    abort();
    assert.equal(seen.outcome, 'running');
    await seen.over;
    assert.equal(seen.outcome, 'cancelled');
  });

  it('hears nothing more of a handshake that was over before it was given up', async (test) => {
    const { seen, socket, client } = await openPair(test);
    connect(client, 'nonsense').abort();
    assert.equal(socket.open, true);
    assert.equal(seen.calls, 1);
  });

  it('tells a handler what it threw itself, and closes the socket', async (test) => {
    const open = await startUpgradeServer(test, (socket, head) => socket.write(acceptance(head)));
    const refusing = await startUpgradeServer(test, (socket) => {
      socket.end('HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n');
    });
    const client = makeSockets(test);
    for (const { url } of [open, refusing]) {
      const message = await new Promise<string>((resolve) => {
        const fail = (): never => {
          throw new Error('my own fault');
        };
        const onError: ConnectHandler['onError'] = (error) =>
          resolve(`${error.code} ${error.message}`);
        const handler = { onOpen: fail, onRefused: fail, onError };
        client.connect({ url, headers: [], proxyUrl: '' }, handler);
      });
      assert.equal(message, 'internal my own fault');
    }
    await waitUntil(() => client.openSockets === 0, 'the socket is closed');
  });
});

describe('upstream sockets: limits of the handshake', () => {
  it('ends a connection attempt', async (test) => {
    const clock = new FakeClock();
    const server = await startRawServer(
      test,
      () => undefined,
      (socket) => socket.resume(),
    );
    const { seen } = connect(makeSockets(test, { clock }), server.origin.replace('http', 'wss'));
    await waitUntil(() => server.sockets.length === 1, 'the attempt begins');
    clock.advance(LIMITS.connectMs - 1);
    assert.equal(seen.outcome, 'running');
    clock.advance(TICK_MS);
    assert.equal(seen.outcome, 'upstream_connect_failed');
    assert.match(seen.error?.message ?? '', /^no connection to .* within 10 s$/);
    await waitUntil(() => server.open === 0, 'the attempt is given up');
  });

  const none = { connectMs: 0, headersMs: 0, firstEventMs: 0, idleMs: 0 };
  const waits: [name: string, timeouts: typeof none, ms: number][] = [
    ['the limit of answers', LIMITS, LIMITS.headersMs],
    ['the limit of handshakes, also where no other is', none, HANDSHAKE_MS],
    [
      'the limit of handshakes where others are longer',
      { ...LIMITS, headersMs: 1e6 },
      HANDSHAKE_MS,
    ],
  ];
  for (const [name, timeouts, ms] of waits) {
    it(`ends an upgrade without an answer: ${name}`, async (test) => {
      const clock = new FakeClock();
      let heads = 0;
      const server = await startUpgradeServer(test, () => (heads += 1));
      const { seen } = connect(makeSockets(test, { clock, timeouts }), server.url);
      await waitUntil(() => heads === 1, 'the upgrade arrives');
      clock.advance(ms - 1);
      assert.equal(seen.outcome, 'running');
      clock.advance(TICK_MS);
      assert.equal(seen.outcome, 'upstream_timeout');
      assert.match(seen.error?.message ?? '', new RegExp(`upgrade within ${ms / 1000} s$`));
      await waitUntil(() => server.open === 0, 'the connection is closed');
    });
  }

  it('stops its timer when nothing is left', async (test) => {
    const clock = new FakeClock();
    const server = await startUpgradeServer(test, (socket) => socket.destroy());
    const { seen } = connect(makeSockets(test, { clock }), server.url);
    assert.equal(clock.timers, 1);
    await seen.over;
    clock.advance(TICK_MS);
    assert.equal(clock.timers, 0);
  });
});

/** Sends a frame as soon as the socket is open. */
class OpenAndAsk implements ConnectHandler {
  frames: string[] = [];

  onOpen(...[socket]: Parameters<ConnectHandler['onOpen']>): void {
    const running = ask(socket);
    this.frames = running.seen.frames;
    void framesCame(running, 1).then(() => running.turn.done());
  }

  onRefused(status: number): void {
    throw new Error(`refused with ${status}`);
  }

  onError(error: Error): void {
    throw error;
  }
}

/** Faults of the network and of upstreams: code and phase of each (may the turn be sent again?). */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { refusedOrigin } from '../support/raw-socket.ts';
import { waitUntil } from '../support/wait.ts';
import { finish, makeClient, start, startRawServer } from './support.ts';

const HEAD = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`;
const LONG = 'content-length: 10\r\n';

const fin = (socket: Socket): void => void socket.end();
const rst = (socket: Socket): void => void socket.resetAndDestroy();
const nothing = (): void => undefined;

/** What the server writes after the whole request, how it ends, and what the call reports. */
const FAULTS: [name: string, wire: string, end: (socket: Socket) => void, outcome: string][] = [
  ['an end before the head', '', fin, 'upstream_connection_lost sent'],
  ['a reset before the head', '', rst, 'upstream_connection_lost sent'],
  ['an end in the head', 'HTTP/1.1 200 OK\r\nx-a', fin, 'upstream_connection_lost sent'],
  ['a reset in the head', 'HTTP/1.1 200 OK\r\nx-a', rst, 'upstream_connection_lost sent'],
  ['an end in a chunked body', CHUNKED, fin, 'upstream_connection_lost answering'],
  ['a reset in a chunked body', CHUNKED, rst, 'upstream_connection_lost answering'],
  ['an end in a counted body', `${HEAD}${LONG}\r\nab`, fin, 'upstream_connection_lost answering'],
  [
    'an end in a last counted body',
    `${HEAD}${LONG}connection: close\r\n\r\nab`,
    fin,
    'upstream_connection_lost answering',
  ],
  [
    'an end in a last chunked body',
    `${HEAD}connection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`,
    fin,
    'upstream_connection_lost answering',
  ],
  [
    'a reset in a body of unknown length',
    `${HEAD}connection: close\r\n\r\nab`,
    rst,
    'upstream_connection_lost answering',
  ],
  ['what is not HTTP', 'SSH-2.0-OpenSSH_9\r\n', nothing, 'upstream_bad_answer sent'],
  ['a bad status line', 'HTTP/1.1 abc\r\n\r\n', nothing, 'upstream_bad_answer sent'],
  ['a bad header', `${HEAD}a b: c\r\n\r\n`, nothing, 'upstream_bad_answer sent'],
  [
    'a bad chunk',
    `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n`,
    nothing,
    'upstream_bad_answer answering',
  ],
  [
    'a head without end',
    `${HEAD}${`x-fill: ${'y'.repeat(1000)}\r\n`.repeat(80)}`,
    nothing,
    'upstream_bad_answer sent',
  ],
  [
    'an upgrade that nobody asked for',
    'HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
    nothing,
    'upstream_bad_answer sent',
  ],
];

describe('upstream faults', () => {
  for (const [name, wire, end, outcome] of FAULTS) {
    it(`reports ${name} as ${outcome}`, async (test) => {
      const server = await startRawServer(test, (socket) => {
        // The reset discards what the other side has not read yet: let it read first.
        socket.write(wire, () => setImmediate(() => setImmediate(() => end(socket))));
      });
      const seen = await finish(makeClient(test), server.origin);
      assert.equal(seen.outcome, outcome);
      assert.notEqual(seen.error?.message, '');
      await waitUntil(() => server.open === 0, 'the connection is closed');
      assert.equal(server.sockets.length, 1, 'nothing was sent a second time');
    });
  }

  it('reports a refused connection as not sent', async (test) => {
    const origin = await refusedOrigin();
    const seen = await finish(makeClient(test), origin);
    assert.equal(seen.outcome, 'upstream_connect_failed not-sent');
    assert.match(seen.error?.message ?? '', /^could not connect to http:.*ECONNREFUSED/);
  });

  it('reports a name that does not exist as not sent', async (test) => {
    const seen = await finish(makeClient(test), 'http://no-such-host.invalid/');
    assert.equal(seen.outcome, 'upstream_connect_failed not-sent');
  });

  it('reports a TLS failure as not sent', async (test) => {
    const server = await startRawServer(test, nothing, (socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 400 no TLS here\r\n\r\n'));
    });
    const seen = await finish(makeClient(test), server.origin.replace('http:', 'https:'));
    assert.equal(seen.outcome, 'upstream_connect_failed not-sent');
  });

  it('reports a reset in the TLS handshake as not sent', async (test) => {
    const server = await startRawServer(test, nothing, (socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    const seen = await finish(makeClient(test), server.origin.replace('http:', 'https:'));
    assert.equal(seen.outcome, 'upstream_connect_failed not-sent');
  });

  for (const [name, end] of [
    ['end', fin],
    ['reset', rst],
  ] as const) {
    it(`reports a request that was cut while it was written (${name}) as not sent`, async (test) => {
      const server = await startRawServer(test, nothing, (socket) => {
        socket.once('data', () => {
          socket.pause();
          setImmediate(() => end(socket));
        });
      });
      const body = Buffer.alloc(64 * 1024 * 1024);
      const seen = await finish(makeClient(test), server.origin, { body });
      assert.equal(seen.outcome, 'upstream_connection_lost not-sent');
    });
  }

  it('reports an answer before the whole request was written, and its end', async (test) => {
    const server = await startRawServer(test, nothing, (socket) => {
      socket.once('data', () => {
        socket.pause();
        socket.write('HTTP/1.1 413 X\r\nconnection: close\r\ncontent-length: 3\r\n\r\nbig');
      });
    });
    const body = Buffer.alloc(64 * 1024 * 1024);
    const seen = await finish(makeClient(test), server.origin, { body });
    assert.equal(seen.outcome, 'end');
    assert.equal(seen.status, 413);
    assert.equal(seen.text, 'big');
  });

  const unsendable: [name: string, url: string, headers: string[]][] = [
    ['an address that is none', 'nonsense', []],
    ['another scheme', 'ftp://127.0.0.1/', []],
    ['a header value with a line break', 'http://127.0.0.1:9/', ['authorization', 'Bearer a\nb']],
    ['a header name with a space', 'http://127.0.0.1:9/', ['a b', 'c']],
  ];
  for (const [name, url, headers] of unsendable) {
    it(`reports ${name} after the call was made, as not sent`, async (test) => {
      const { seen } = start(makeClient(test), url, { headers });
      assert.equal(seen.outcome, 'running');
      await seen.ended;
      assert.equal(seen.outcome, 'upstream_connect_failed not-sent');
      assert.ok(!seen.error?.message.includes('Bearer'));
    });
  }

  it('ends a call whose handler throws, with what it threw', async (test) => {
    const upstream = await startFakeUpstream(test, async (call) => {
      call.sseHead();
      await call.write('x');
    });
    for (const event of ['head', 'data']) {
      const { seen } = start(makeClient(test), upstream.origin);
      seen.onEvent = (name) => {
        if (name === event) throw new Error('a bug');
      };
      await seen.ended;
      assert.equal(seen.outcome, 'internal answering');
      assert.equal(seen.error?.message, 'a bug');
    }
    await waitUntil(() => upstream.openConnections === 0, 'the connections are closed');
  });
});

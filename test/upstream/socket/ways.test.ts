/** Upstream sockets through outbound proxies and TLS. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TICK_MS } from '../../../src/upstream/deadlines.ts';
import {
  startConnectProxy,
  startSocksProxy,
  type OutboundProxy,
  type ProxyOptions,
} from '../../support/proxies.ts';
import { tempDir, type Cleanup } from '../../support/temp.ts';
import { TEST_CERTIFICATE, TEST_KEY } from '../../support/tls.ts';
import { waitUntil } from '../../support/wait.ts';
import { FakeClock, LIMITS } from '../support.ts';
import {
  acceptance,
  ask,
  connect,
  framesCame,
  makeSockets,
  onHead,
  Peer,
  startUpgradeServer,
} from './support.ts';

const CHILD = fileURLToPath(new URL('tls-child.ts', import.meta.url));

type StartProxy = (test: Cleanup, options?: ProxyOptions) => Promise<OutboundProxy>;

const KINDS: [scheme: string, startProxy: StartProxy][] = [
  ['http', startConnectProxy],
  ['socks5', startSocksProxy],
  ['socks5h', startSocksProxy],
];

/** Answers every frame with the same text. */
function echo(socket: Socket, head: string): void {
  const peer = new Peer(socket, head);
  let answered = 0;
  socket.on('data', () => {
    for (const text of peer.texts.slice(answered)) peer.text(text);
    answered = peer.texts.length;
  });
  socket.write(acceptance(head));
}

/** An address that only the proxy can resolve. */
const nameOf = ({ port }: { port: number }): string => `ws://upstream.test:${port}/v1/responses`;

for (const [scheme, startProxy] of KINDS) {
  describe(`upstream sockets: ${scheme} proxy`, () => {
    it('carries sockets, resolves the name, and is given the login', async (test) => {
      const server = await startUpgradeServer(test, echo);
      const proxy = await startProxy(test, { login: 'me:top s3cret' });
      const client = makeSockets(test);
      const proxyUrl = `${scheme}://me:top%20s3cret@127.0.0.1:${proxy.port}`;
      const { seen } = connect(client, nameOf(server), { proxyUrl });
      await seen.over;
      assert.ok(seen.socket !== undefined, seen.error?.message);
      assert.deepEqual(await framesCame(ask(seen.socket, 'hello'), 1), ['hello']);
      const target = `upstream.test:${server.port}`;
      assert.deepEqual(proxy.requests, [{ target, login: 'me:top s3cret' }]);
      await client.close();
      await waitUntil(() => proxy.openConnections === 0, 'no connection is left');
    });

    it('that refuses: the message shows no login', async (test) => {
      const proxy = await startProxy(test, { login: 'other:x' });
      const proxyUrl = `${scheme}://me:s3cret@127.0.0.1:${proxy.port}`;
      const { seen } = connect(makeSockets(test), 'ws://upstream.test/', { proxyUrl });
      await seen.over;
      assert.equal(seen.outcome, 'upstream_connect_failed');
      const where = `http://upstream.test through ${scheme}://127.0.0.1:${proxy.port}`;
      assert.ok(seen.error?.message.startsWith(`could not connect to ${where}: `));
      assert.ok(!seen.error?.message.includes('s3cret'));
      await waitUntil(() => proxy.openConnections === 0, 'the connection is closed');
    });

    it('that never answers falls under the connect limit', async (test) => {
      const clock = new FakeClock();
      const proxy = await startProxy(test, { silent: true });
      const proxyUrl = `${scheme}://127.0.0.1:${proxy.port}`;
      const { seen } = connect(makeSockets(test, { clock }), 'ws://upstream.test/', { proxyUrl });
      await waitUntil(() => proxy.openConnections === 1, 'the attempt begins');
      clock.advance(LIMITS.connectMs + TICK_MS);
      assert.equal(seen.outcome, 'upstream_connect_failed');
      await waitUntil(() => proxy.openConnections === 0, 'the attempt is given up');
    });
  });
}

describe('upstream sockets: proxy settings', () => {
  it('takes the environment; `direct` and NO_PROXY go past it', async (test) => {
    const server = await startUpgradeServer(test, echo);
    const proxy = await startConnectProxy(test);
    const HTTP_PROXY = `http://127.0.0.1:${proxy.port}`;
    const client = makeSockets(test, { env: { HTTP_PROXY } });
    const through = connect(client, nameOf(server)).seen;
    await through.over;
    assert.equal(through.outcome, 'open');
    assert.equal(proxy.requests.length, 1);
    const direct = connect(client, server.url, { proxyUrl: 'direct' }).seen;
    await direct.over;
    assert.equal(direct.outcome, 'open');
    const past = makeSockets(test, { env: { HTTP_PROXY, NO_PROXY: 'upstream.test' } });
    const unknown = connect(past, nameOf(server)).seen;
    await unknown.over;
    assert.equal(unknown.outcome, 'upstream_connect_failed');
    assert.equal(proxy.requests.length, 1);
  });

  it('reports a setting that is not usable, and sends nothing past it', async (test) => {
    const server = await startUpgradeServer(test, echo);
    const proxyUrl = 'ftp://me:s3cret@proxy';
    const { seen } = connect(makeSockets(test), server.url, { proxyUrl });
    await seen.over;
    assert.match(seen.error?.message ?? '', /^proxy-url is not usable/);
    assert.ok(!seen.error?.message.includes('s3cret'));
    assert.equal(server.sockets.length, 0);
  });
});

/** Answers each frame with the server name and protocol of the TLS handshake. Returns its port. */
async function startTlsServer(test: Cleanup): Promise<number> {
  const tls = { key: TEST_KEY, cert: TEST_CERTIFICATE, ALPNProtocols: ['h2', 'http/1.1'] };
  const sockets: TLSSocket[] = [];
  const server = createServer(tls, (socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    onHead(socket, (head) => {
      const peer = new Peer(socket, head);
      socket.on('data', () => peer.text(`${socket.servername || 'nobody'} ${socket.alpnProtocol}`));
      socket.write(acceptance(head));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

describe('upstream sockets: TLS', () => {
  it('refuses a certificate that nobody vouches for', async (test) => {
    const port = await startTlsServer(test);
    const proxy = await startConnectProxy(test);
    for (const proxyUrl of ['direct', `http://127.0.0.1:${proxy.port}`]) {
      const { seen } = connect(makeSockets(test), `wss://127.0.0.1:${port}/`, { proxyUrl });
      await seen.over;
      assert.equal(seen.outcome, 'upstream_connect_failed');
      assert.match(seen.error?.message ?? '', /self-signed certificate/);
    }
  });

  it('names the server, asks for HTTP/1.1, and takes NODE_EXTRA_CA_CERTS', async (test) => {
    const port = await startTlsServer(test);
    const http = await startConnectProxy(test);
    const https = await startConnectProxy(test, { tls: true, login: 'a:b' });
    const socks = await startSocksProxy(test);
    const file = join(await tempDir(test), 'ca.pem');
    await writeFile(file, TEST_CERTIFICATE);
    const named = `wss://upstream.test:${port}/`;
    const routes = [
      [`wss://localhost:${port}/`, 'direct'],
      [`wss://127.0.0.1:${port}/`, 'direct'],
      [named, `http://127.0.0.1:${http.port}`],
      [named, `https://a:b@localhost:${https.port}`],
      [named, `socks5://127.0.0.1:${socks.port}`],
      [`wss://wrong.test:${port}/`, `http://127.0.0.1:${http.port}`],
    ];
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', CHILD, JSON.stringify(routes)],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: file } },
    );
    assert.deepEqual(JSON.parse(stdout), [
      'localhost http/1.1',
      'nobody http/1.1',
      ...Array.from({ length: 3 }, () => 'upstream.test http/1.1'),
      'upstream_connect_failed',
    ]);
    assert.equal(stderr, '', 'no warning of Node');
  });
});

/** TLS to upstreams, direct and inside tunnels, with certificates checked. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startConnectProxy, startSocksProxy } from '../support/proxies.ts';
import { tempDir, type Cleanup } from '../support/temp.ts';
import { TEST_CERTIFICATE, TEST_KEY } from '../support/tls.ts';
import { finish, makeClient } from './support.ts';

const CHILD = fileURLToPath(new URL('tls-child.ts', import.meta.url));

/** An HTTPS upstream that answers with the name in the TLS handshake. Returns its port. */
async function startTlsUpstream(test: Cleanup): Promise<number> {
  const server = createServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, (request, response) => {
    const { servername } = request.socket as { servername?: string | false };
    request.resume().once('end', () => response.end(`hello ${servername || 'nobody'}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

describe('TLS to upstreams', () => {
  it('refuses a certificate that nobody vouches for: not sent', async (test) => {
    const port = await startTlsUpstream(test);
    const proxies = [await startConnectProxy(test), await startConnectProxy(test, { tls: true })];
    const client = makeClient(test);
    for (const proxyUrl of [
      'direct',
      `http://127.0.0.1:${proxies[0]?.port}`,
      `https://127.0.0.1:${proxies[1]?.port}`,
    ]) {
      const seen = await finish(client, `https://127.0.0.1:${port}/`, { proxyUrl });
      assert.equal(seen.outcome, 'upstream_connect_failed not-sent');
      assert.match(seen.error?.message ?? '', /self-signed certificate/);
    }
  });

  it('takes certificates of NODE_EXTRA_CA_CERTS, direct and through every proxy', async (test) => {
    const port = await startTlsUpstream(test);
    const http = await startConnectProxy(test);
    const https = await startConnectProxy(test, { tls: true, login: 'a:b' });
    const socks = await startSocksProxy(test);
    const file = join(await tempDir(test), 'ca.pem');
    await writeFile(file, TEST_CERTIFICATE);
    const named = `https://upstream.test:${port}/`;
    const routes = [
      [`https://localhost:${port}/`, 'direct'],
      [named, `http://127.0.0.1:${http.port}`],
      [named, `https://a:b@localhost:${https.port}`],
      [named, `socks5://127.0.0.1:${socks.port}`],
      [`https://wrong.test:${port}/`, `http://127.0.0.1:${http.port}`],
    ];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', CHILD, JSON.stringify(routes)],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: file } },
    );
    assert.deepEqual(JSON.parse(stdout), [
      'hello localhost',
      ...['hello upstream.test', 'hello upstream.test', 'hello upstream.test'],
      'upstream_connect_failed not-sent',
    ]);
  });
});

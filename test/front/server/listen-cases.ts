/** Listening: addresses, TLS, stopping. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { arrives, get, getOverTls, OPTIONS, reply, run, type Start } from './harness.ts';
import { openRaw } from '../../support/raw-socket.ts';
import { sendRequest } from '../../support/http-client.ts';
import { waitUntil } from '../../support/wait.ts';
import type { Exchange } from '../../../src/front/server/types.ts';

const FIXTURES = new URL('../../fixtures/tls/', import.meta.url);
const pem = (name: string): string => fileURLToPath(new URL(name, FIXTURES));
const CERT = pem('cert.pem');
const KEY = pem('key.pem');
const NOBODY = { onRequest: () => undefined, onUpgrade: () => undefined };

export function listenCases(start: Start): void {
  describe('listening', () => {
    it('serves TLS', async (t) => {
      const body = 'x'.repeat(1024 * 1024);
      const { server } = await run(t, start, reply(body), { tls: { cert: CERT, key: KEY } });
      const answer = await getOverTls(server.port, '/', readFileSync(CERT));
      assert.match(answer, /^HTTP\/1\.1 200 /);
      assert.ok(answer.endsWith(`\r\n\r\n${body}`));
    });

    const badPairs: [string, string, string, RegExp][] = [
      ['no certificate file', pem('none.pem'), KEY, /tls\.cert: .*none\.pem .*ENOENT/],
      ['no key file', CERT, pem('none.pem'), /tls\.key: .*none\.pem .*ENOENT/],
      ['a key that is a certificate', CERT, CERT, /cert\.pem/],
    ];
    for (const [what, cert, key, message] of badPairs) {
      it(`refuses ${what}`, async () => {
        const starting = start({ ...OPTIONS, tls: { cert, key } }, NOBODY);
        await assert.rejects(starting, { code: 'invalid_config', message });
      });
    }

    it('names the address that is in use', async (t) => {
      const { server } = await run(t, start, reply('{}'));
      const { port } = server;
      const message = `can not listen on 127.0.0.1:${port}: the port is in use`;
      const starting = start({ ...OPTIONS, port }, NOBODY);
      await assert.rejects(starting, { code: 'invalid_config', message });
    });

    it('names the address that is not of this machine', async () => {
      const starting = start({ ...OPTIONS, host: '192.0.2.1' }, NOBODY);
      await assert.rejects(starting, { code: 'invalid_config', message: /192\.0\.2\.1:0: .+/ });
    });

    it('takes all interfaces, names and IPv6 addresses', async (t) => {
      let peer = '';
      const serve = (exchange: Exchange): undefined => {
        peer = exchange.peer;
        reply('{}')(exchange);
      };
      for (const [host, client, seen] of [
        ['', '127.0.0.1', '127.0.0.1'],
        ['::1', '[::1]', '::1'],
        ['localhost', 'localhost', undefined],
      ] as const) {
        const { server } = await run(t, start, serve, { host });
        const answer = await sendRequest(`http://${client}:${server.port}/`);
        assert.equal(await answer.text(), '{}');
        if (seen !== undefined) assert.equal(peer, seen);
      }
    });

    it('stops accepting, lets open replies go on, and ends their connections', async (t) => {
      const { server, raw, exchanges } = await run(t, start, () => ({
        limit: 0,
        onBody: () => undefined,
        onTooLarge: () => undefined,
        onTimeout: () => undefined,
      }));
      const connection = await raw(get('/'));
      const exchange = await waitUntil(() => exchanges[0], 'the request');
      exchange.write('begun ');
      await arrives(connection, 'begun');
      server.stopListening();
      server.stopListening();
      await waitUntil(() => refuses(server.port), 'new connections to be refused');
      exchange.end('ended');
      await arrives(connection, '\r\n0\r\n\r\n');
    });

    it('cuts everything at close, and tells the application', async (t) => {
      const { server, raw, exchanges } = await run(t, start, () => ({
        limit: 100,
        onBody: () => undefined,
        onTooLarge: () => undefined,
        onTimeout: () => undefined,
      }));
      const connection = await raw(get('/'));
      const exchange = await waitUntil(() => exchanges[0], 'the request');
      let left = 0;
      exchange.onClose = () => (left += 1);
      await server.close();
      await waitUntil(() => connection.closed && left === 1, 'the connection to be cut');
      await server.close();
      assert.equal(await refuses(server.port), true);
      assert.equal(left, 1);
    });
  });
}

async function refuses(port: number): Promise<boolean> {
  try {
    (await openRaw(`http://127.0.0.1:${port}`)).close();
    return false;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ECONNREFUSED';
  }
}

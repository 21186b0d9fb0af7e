/** Heads of requests: what the application sees, and what it never sees. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrives, get, headersOf, reply, run, statusesOf, type Start } from './harness.ts';
import { waitUntil } from '../../support/wait.ts';

export function requestCases(start: Start): void {
  describe('request heads', () => {
    it('arrive with method, path, query, peer and all headers in order', async (t) => {
      let peer = '';
      const { exchanges, raw } = await run(t, start, (exchange) => {
        peer = exchange.peer;
        return reply('{}')(exchange);
      });
      const lines = ['X-Two: 1', 'accept:  */* ', 'x-two: 2', 'Empty:'];
      await arrives(await raw(get('/v1/a%2Fb:c?x=1&y', lines)), '{}');
      const [exchange] = exchanges;
      assert.ok(exchange);
      assert.equal(exchange.method, 'GET');
      assert.equal(exchange.path, '/v1/a%2Fb:c');
      assert.equal(exchange.query, 'x=1&y');
      assert.equal(peer, '127.0.0.1');
      const expected = ['host', 'x', 'x-two', '1', 'accept', '*/*', 'x-two', '2', 'empty', ''];
      assert.deepEqual(exchange.headers, expected);
      assert.equal(exchange.header('x-two'), '1');
      assert.equal(exchange.header('missing'), undefined);
    });

    it('have an empty query without a question mark', async (t) => {
      const { exchanges, raw } = await run(t, start, reply('{}'));
      await arrives(await raw(get('/')), '{}');
      assert.equal(exchanges[0]?.query, '');
    });

    it('keep bytes beyond ASCII, one character per byte', async (t) => {
      const { exchanges, raw } = await run(t, start, reply('{}'));
      await arrives(await raw(get('/', ['x-name: caf\xc3\xa9 noir'])), '{}');
      assert.equal(exchanges[0]?.header('x-name'), 'caf\xc3\xa9 noir');
    });

    it('may have 30 lines and 40 KB (clients.md 2, row 3)', async (t) => {
      const { exchanges, raw } = await run(t, start, reply('{}'));
      const lines = Array.from({ length: 29 }, (_, n) => `x-${n}: ${'v'.repeat(1380)}`);
      const request = get('/', lines);
      assert.ok(request.length > 40_000);
      await arrives(await raw(request), '{}');
      assert.equal(exchanges[0]?.headers.length, 60);
      assert.equal(exchanges[0]?.header('x-28')?.length, 1380);
    });

    it('may come in pieces', async (t) => {
      const { exchanges, raw } = await run(t, start, reply('{}'));
      const connection = await raw('GET /pie');
      for (const part of ['ces HTTP/1.1\r\nho', 'st: x\r\nx-a: 1\r', '\n\r\n']) {
        connection.write(part);
        await new Promise((resolve) => connection.socket.write('', resolve));
      }
      await arrives(connection, '{}');
      assert.equal(exchanges[0]?.path, '/pieces');
    });

    it('beyond the limit get 431, and the server goes on', async (t) => {
      const { exchanges, raw } = await run(t, start, reply('{}'));
      const tooMuch = get('/', [`x-big: ${'v'.repeat(70 * 1024)}`]);
      const connection = await raw(tooMuch);
      await waitUntil(() => connection.closed, 'the connection to be closed');
      assert.deepEqual(statusesOf(connection), [431]);
      assert.equal(exchanges.length, 0);
      await arrives(await raw(get('/')), '{}');
    });

    it('that are no HTTP get an error with a body, and the server goes on', async (t) => {
      const { exchanges, raw } = await run(t, start, reply('{}'));
      const connection = await raw('what is this\r\n\r\n');
      await waitUntil(() => connection.closed, 'the connection to be closed');
      assert.match(connection.received, /^HTTP\/1\.1 (400|505) [^]*\r\n\r\n./);
      assert.equal(exchanges.length, 0);
      await arrives(await raw(get('/')), '{}');
    });

    it('that ask for h2c are ordinary requests', async (t) => {
      const { exchanges, raw } = await run(t, start, reply('{}'));
      const lines = ['connection: Upgrade, HTTP2-Settings', 'upgrade: h2c', 'http2-settings: AA'];
      assert.deepEqual(statusesOf(await afterText(raw(get('/h2c', lines)), '{}')), [200]);
      assert.equal(exchanges[0]?.path, '/h2c');
    });

    it('can follow each other on one connection, also without waiting', async (t) => {
      const { exchanges, raw } = await run(t, start, (exchange) => reply(exchange.path)(exchange));
      const connection = await raw(get('/one'));
      await arrives(connection, '/one');
      connection.write(get('/two') + get('/three'));
      const received = await arrives(connection, '/three');
      assert.ok(received.indexOf('/two') < received.indexOf('/three'));
      assert.deepEqual(statusesOf(connection), [200, 200, 200]);
      assert.equal(exchanges.length, 3);
    });

    it('of an application that throws get 500 with a body', async (t) => {
      const { raw } = await run(t, start, (exchange) => {
        if (exchange.path === '/throw') throw new Error('a fault');
        return reply('{}')(exchange);
      });
      const connection = await afterText(raw(get('/throw')), '"internal"');
      assert.deepEqual(statusesOf(connection), [500]);
      assert.equal(headersOf(connection)['content-type'], 'application/json');
      await arrives(await raw(get('/')), '{}');
    });
  });
}

async function afterText<T extends Parameters<typeof arrives>[0]>(
  opening: Promise<T>,
  text: string,
): Promise<T> {
  const connection = await opening;
  await arrives(connection, text);
  return connection;
}

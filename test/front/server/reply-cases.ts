/** Replies: framing, back-pressure, clients that leave or do not read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitUntil } from '../../support/wait.ts';
import { sendRequest } from '../../support/http-client.ts';
import {
  arrives,
  get,
  headersOf,
  JSON_TYPE,
  reply,
  run,
  statusesOf,
  type Running,
  type Start,
} from './harness.ts';
import type { Exchange } from '../../../src/front/server/types.ts';

const MIB = 1024 * 1024;

/** A server whose only exchange is played by the test. */
async function withOpenExchange(
  t: Parameters<typeof run>[0],
  start: Start,
  request = get('/'),
): Promise<{ exchange: Exchange; connection: Awaited<ReturnType<Running['raw']>> }> {
  const running = await run(t, start, (exchange) => ({
    limit: 100,
    onBody: () => undefined,
    onTooLarge: () => exchange.abort(),
    onTimeout: () => exchange.abort(),
  }));
  const connection = await running.raw(request);
  const exchange = await waitUntil(() => running.exchanges[0], 'the request');
  return { exchange, connection };
}

export function replyCases(start: Start): void {
  describe('replies', () => {
    it('without a write have a length', async (t) => {
      const { raw } = await run(t, start, reply('{"a":"é"}', 200, ['x-a', '1', 'x-a', '2']));
      const connection = await raw(get('/'));
      const received = await arrives(connection, /"a":".+"}/);
      assert.equal(headersOf(connection)['content-length'], '10');
      assert.equal(headersOf(connection)['transfer-encoding'], undefined);
      assert.match(received, /x-a: 1\r\nx-a: 2\r\n/);
    });

    it('with writes are chunked and flow at once', async (t) => {
      const { exchange, connection } = await withOpenExchange(t, start);
      assert.equal(exchange.headSent, false);
      exchange.cork(() => {
        exchange.head(200, ['content-type', 'text/event-stream']);
        exchange.write('data: 1\n\n');
      });
      assert.equal(exchange.headSent, true);
      await arrives(connection, 'data: 1\n\n');
      exchange.write(Buffer.from('data: 2\n\n'));
      await arrives(connection, 'data: 2\n\n');
      exchange.end('data: 3\n\n');
      await arrives(connection, '\r\n0\r\n\r\n');
      assert.equal(headersOf(connection)['transfer-encoding'], 'chunked');
      assert.equal(headersOf(connection)['content-length'], undefined);
      assert.equal(exchange.closed, true);
    });

    it('lose nothing that is written and ended in one cork', async (t) => {
      const { exchange, connection } = await withOpenExchange(t, start);
      exchange.write('data: 1\n\n');
      await arrives(connection, 'data: 1');
      exchange.cork(() => {
        exchange.write('data: 2\n\n');
        exchange.end('data: 3\n\n');
      });
      const received = await arrives(connection, '\r\n0\r\n\r\n');
      assert.match(received, /data: 2[^]*data: 3/);
    });

    it('to HEAD have the headers and no body', async (t) => {
      const { raw } = await run(t, start, (exchange) => {
        if (exchange.path === '/stream') exchange.write('data: 1\n\n');
        return reply('{"a":1}')(exchange);
      });
      const connection = await raw(get('/', [], 'HEAD'));
      await arrives(connection, '\r\n\r\n');
      assert.equal(headersOf(connection)['content-length'], '7');
      connection.write(get('/stream', [], 'HEAD') + get('/last'));
      await arrives(connection, '{"a":1}');
      assert.deepEqual(statusesOf(connection), [200, 200, 200]);
      assert.equal(connection.received.split('{"a":1}').length, 2);
      assert.equal(connection.received.includes('data:'), false);
    });

    for (const status of [204, 304]) {
      it(`with ${status} have no body and no length`, async (t) => {
        const { raw } = await run(t, start, (exchange) => {
          exchange.head(exchange.path === '/' ? status : 200, ['x-a', '1']);
          exchange.end();
          return undefined;
        });
        const connection = await raw(get('/'));
        await arrives(connection, '\r\n\r\n');
        assert.equal(headersOf(connection)['content-length'], undefined);
        assert.equal(headersOf(connection)['transfer-encoding'], undefined);
        connection.write(get('/next'));
        await arrives(connection, /content-length: 0/i);
        assert.deepEqual(statusesOf(connection), [status, 200]);
      });
    }

    it('never let a header value end its line', async (t) => {
      const evil = 'a\r\nset-cookie: b\u4e2d\xe9';
      const { raw } = await run(t, start, reply('{}', 200, ['x-model', evil]));
      const connection = await raw(get('/'));
      await arrives(connection, '{}');
      assert.equal(headersOf(connection)['x-model'], 'a??set-cookie: b?\xe9');
      assert.equal(headersOf(connection)['set-cookie'], undefined);
    });

    it('of 5 MiB in one piece arrive whole', async (t) => {
      const body = Buffer.alloc(5 * MIB, 'abcdefg');
      const { origin } = await run(t, start, (exchange) => {
        exchange.head(200, JSON_TYPE);
        exchange.end(body);
        return undefined;
      });
      const answer = await sendRequest(origin);
      assert.equal(Buffer.compare(await answer.bytes(), body), 0);
      assert.equal(answer.headers['content-length'], String(body.byteLength));
    });

    it('wait for a client that does not read, and go on when it does', async (t) => {
      const { exchange, connection } = await withOpenExchange(t, start);
      connection.socket.pause();
      let drains = 0;
      exchange.head(200, JSON_TYPE);
      let written = 0;
      const piece = Buffer.alloc(100_000, 'x');
      await waitUntil(() => {
        const taken = exchange.write(piece);
        written += piece.byteLength;
        return !taken && written > 8 * MIB;
      }, 'a write that is not taken');
      assert.ok(exchange.buffered > 0);
      exchange.onDrain = () => (drains += 1);
      assert.equal(exchange.write('more'), false);
      connection.socket.resume();
      await waitUntil(() => drains > 0, 'onDrain');
      assert.equal(exchange.buffered, 0);
      exchange.end('the end');
      const received = await arrives(connection, '\r\n0\r\n\r\n');
      assert.equal(received.split('x').length - 1, written);
      assert.ok(received.indexOf('more') < received.indexOf('the end'));
    });

    it('that end while the client does not read arrive whole, in order', async (t) => {
      const { exchange, connection } = await withOpenExchange(t, start);
      connection.socket.pause();
      const left: string[] = [];
      exchange.onClose = () => left.push('left');
      exchange.onDrain = () => left.push('drained');
      const size = 16 * MIB;
      assert.equal(exchange.write(Buffer.alloc(size, 'x')), false);
      exchange.write('yy');
      exchange.end('zz');
      assert.equal(exchange.closed, true);
      connection.socket.resume();
      const received = await arrives(connection, '\r\n0\r\n\r\n');
      assert.equal(received.split('x').length - 1, size);
      assert.match(received, /yy[^]*zz/);
      assert.deepEqual(left, []);
    });

    it('tell once when the client leaves in the middle, and then ignore everything', async (t) => {
      const { exchange, connection } = await withOpenExchange(t, start);
      let left = 0;
      exchange.onClose = () => (left += 1);
      exchange.write('data: 1\n\n');
      await arrives(connection, 'data: 1');
      connection.close();
      await waitUntil(() => left > 0, 'onClose');
      assert.equal(exchange.closed, true);
      assert.equal(exchange.buffered, 0);
      assert.equal(exchange.write('more'), true);
      exchange.cork(() => exchange.end('end'));
      exchange.abort();
      assert.equal(left, 1);
    });

    it('tell when a client leaves that had not read', async (t) => {
      const { exchange, connection } = await withOpenExchange(t, start);
      connection.socket.pause();
      let left = 0;
      exchange.onClose = () => (left += 1);
      assert.equal(exchange.write(Buffer.alloc(16 * MIB)), false);
      connection.reset();
      await waitUntil(() => left > 0, 'onClose');
      assert.equal(exchange.buffered, 0);
    });

    it('tell when the client leaves before the head', async (t) => {
      const { exchange, connection } = await withOpenExchange(t, start);
      let left = 0;
      exchange.onClose = () => (left += 1);
      connection.close();
      await waitUntil(() => left > 0, 'onClose');
      reply('too late')(exchange);
      assert.equal(exchange.headSent, false);
    });

    it('that ended do not tell when the client leaves', async (t) => {
      let left = 0;
      const { raw, exchanges } = await run(t, start, (exchange) => {
        exchange.onClose = () => (left += 1);
        return reply('{}')(exchange);
      });
      const connection = await raw(get('/'));
      await arrives(connection, '{}');
      connection.close();
      await arrives(await raw(get('/after')), '{}');
      await waitUntil(() => exchanges.length === 2, 'the second request');
      assert.equal(left, 0);
    });

    it('can be cut, without a terminating chunk and without onClose', async (t) => {
      const { exchange, connection } = await withOpenExchange(t, start);
      let left = 0;
      exchange.onClose = () => (left += 1);
      exchange.write('data: 1\n\n');
      await arrives(connection, 'data: 1');
      exchange.abort();
      assert.equal(exchange.closed, true);
      await waitUntil(() => connection.closed, 'the connection to be cut');
      assert.equal(connection.received.includes('\r\n0\r\n'), false);
      assert.equal(left, 0);
    });

    it('close the connection when the client wants that', async (t) => {
      const { raw } = await run(t, start, reply('{}'));
      const connection = await raw(get('/', ['connection: close']));
      await arrives(connection, '{}');
      await waitUntil(() => connection.closed, 'the connection to be closed');
    });
  });
}

/** Request bodies: framing, both limits, clients that leave. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrives, get, reply, reportingSink, run, statusesOf, type Start } from './harness.ts';
import { sendRequest } from '../../support/http-client.ts';
import { waitUntil } from '../../support/wait.ts';
import type { Exchange } from '../../../src/front/server/types.ts';

const MIB = 1024 * 1024;
const post = (...lines: string[]): string => get('/body', lines, 'POST');

export function bodyCases(start: Start): void {
  describe('request bodies', () => {
    it('are empty without one', async (t) => {
      const { raw } = await run(t, start, (exchange) => reportingSink(exchange));
      await arrives(await raw(get('/')), 'body 0');
      await arrives(await raw(post('content-length: 0')), 'body 0');
    });

    for (const size of [1, 2000, 70_000, 5 * MIB]) {
      it(`of ${size} bytes arrive in one buffer of their own`, async (t) => {
        const bodies: Uint8Array[] = [];
        const { origin } = await run(t, start, (exchange) => ({
          ...reportingSink(exchange),
          onBody: (bytes) => {
            bodies.push(bytes);
            reply('{}')(exchange);
          },
        }));
        const body = Buffer.from(Array.from({ length: size }, (_, n) => n % 251));
        const answer = await sendRequest(origin, { body });
        assert.equal(await answer.text(), '{}');
        assert.equal(Buffer.compare(bodies[0] ?? Buffer.alloc(0), body), 0);
        assert.equal(bodies[0]?.buffer.byteLength, size);
      });
    }

    it('may be chunked and split anywhere', async (t) => {
      const seen: string[] = [];
      const { raw } = await run(t, start, (exchange) => ({
        ...reportingSink(exchange),
        onBody: (bytes) => {
          seen.push(Buffer.from(bytes).toString());
          reply('{}')(exchange);
        },
      }));
      const connection = await raw(post('transfer-encoding: chunked'));
      for (const part of ['3\r\nab', 'c\r', '\n5\r\ndefgh\r\n', '0\r\n', '\r\n']) {
        connection.write(part);
        await new Promise((resolve) => connection.socket.write('', resolve));
      }
      await arrives(connection, '{}');
      assert.deepEqual(seen, ['abcdefgh']);
    });

    it('stay valid after the callback', async (t) => {
      const bodies: Uint8Array[] = [];
      const { origin } = await run(t, start, (exchange) => ({
        ...reportingSink(exchange),
        onBody: (bytes) => {
          bodies.push(bytes);
          reply('{}')(exchange);
        },
      }));
      await (await sendRequest(origin, { body: 'first' })).text();
      await (await sendRequest(origin, { body: 'other' })).text();
      assert.deepEqual(
        bodies.map((bytes) => Buffer.from(bytes).toString()),
        ['first', 'other'],
      );
    });

    it('of exactly the limit pass', async (t) => {
      const { origin } = await run(t, start, (exchange) => reportingSink(exchange, 100));
      const answer = await sendRequest(origin, { body: 'x'.repeat(100) });
      assert.equal(await answer.text(), 'body 100');
    });

    it('that announce too much are refused before they come', async (t) => {
      const { raw } = await run(t, start, (exchange) => reportingSink(exchange, 100));
      const connection = await raw(post('content-length: 101'));
      await arrives(connection, 'too large');
      assert.deepEqual(statusesOf(connection), [413]);
    });

    it('that turn out too large are refused, and the client can read why', async (t) => {
      let refusals = 0;
      const { raw } = await run(t, start, (exchange) => {
        const sink = reportingSink(exchange, 100);
        return { ...sink, onTooLarge: () => ((refusals += 1), sink.onTooLarge()) };
      });
      const connection = await raw(post('transfer-encoding: chunked'));
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
      for (let count = 0; count < 40; count += 1) connection.write(chunk);
      connection.write('0\r\n\r\n');
      await arrives(connection, 'too large');
      assert.deepEqual(statusesOf(connection), [413]);
      assert.equal(refusals, 1);
    });

    it('that were announced too large and still come do not harm the answer', async (t) => {
      const { origin } = await run(t, start, (exchange) => reportingSink(exchange, 100));
      const answer = await sendRequest(origin, { body: Buffer.alloc(5 * MIB) });
      assert.equal(answer.status, 413);
      assert.equal(await answer.text(), 'too large');
    });

    it('that nobody wants do not disturb the next request', async (t) => {
      const { raw } = await run(t, start, (exchange) => reply(exchange.path)(exchange));
      const connection = await raw(post('content-length: 5') + 'hello' + get('/next'));
      await arrives(connection, '/next');
      assert.deepEqual(statusesOf(connection), [200, 200]);
    });

    it('that do not come in time are reported; the answer ends the connection', async (t) => {
      const { raw } = await run(t, start, (exchange) => reportingSink(exchange), {
        requestTimeoutMs: 100,
      });
      const connection = await raw(`${post('content-length: 10')}12`);
      await arrives(connection, 'timeout');
      await waitUntil(() => connection.closed, 'the connection to be closed');
      assert.deepEqual(statusesOf(connection), [408]);
      assert.match(connection.received, /connection: close/i);
    });

    it('are not timed once they are complete', async (t) => {
      const waiting: Exchange[] = [];
      const { raw } = await run(
        t,
        start,
        (exchange) =>
          exchange.path === '/slow'
            ? reportingSink(exchange)
            : { ...reportingSink(exchange), onBody: () => void waiting.push(exchange) },
        { requestTimeoutMs: 50 },
      );
      const connection = await raw(get('/waits'));
      // A request that does time out marks that the limit has passed for the first one too.
      await arrives(await raw(get('/slow', ['content-length: 1'], 'POST')), 'timeout');
      assert.equal(connection.received, '');
      const [exchange] = waiting;
      assert.ok(exchange);
      reply('late, but there')(exchange);
      await arrives(connection, 'late, but there');
    });

    it('of clients that leave end in onClose and in nothing else', async (t) => {
      const events: string[] = [];
      const { raw, exchanges } = await run(t, start, (exchange) => {
        exchange.onClose = () => events.push(`left, closed ${exchange.closed}`);
        return {
          limit: 100,
          onBody: () => events.push('body'),
          onTooLarge: () => events.push('too large'),
          onTimeout: () => events.push('timeout'),
        };
      });
      const connection = await raw(`${post('content-length: 10')}12`);
      const half = await raw(`${post('transfer-encoding: chunked')}2\r\nab`);
      await waitUntil(() => exchanges.length === 2, 'both requests');
      connection.close();
      half.reset();
      await waitUntil(() => events.length === 2, 'both clients to be missed');
      assert.deepEqual(events, ['left, closed true', 'left, closed true']);
    });

    it('are asked for when the client expects 100', async (t) => {
      const { raw } = await run(t, start, (exchange) => reportingSink(exchange));
      const connection = await raw(post('expect: 100-continue', 'content-length: 3'));
      await arrives(connection, 'HTTP/1.1 100 Continue\r\n\r\n');
      connection.write('abc');
      await arrives(connection, 'body 3');
    });

    it('of an application that throws on them get 500', async (t) => {
      const { raw } = await run(t, start, (exchange) => ({
        ...reportingSink(exchange),
        onBody: () => {
          throw new Error('a fault');
        },
      }));
      const connection = await raw(`${post('content-length: 2')}ab`);
      await arrives(connection, '"internal"');
      assert.deepEqual(statusesOf(connection), [500]);
    });
  });
}

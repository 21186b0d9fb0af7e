/** What every HTTP server backend has to do; run against each of them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeGate, waitUntil } from '../../support/wait.ts';
import { openRaw } from '../../support/raw-socket.ts';
import { sendRequest, startRequest } from '../../support/http-client.ts';
import { sinkOf, startWith, type StartBackend } from './start.ts';
import type { Exchange } from '../../../src/front/server/types.ts';

const MIB = 1024 * 1024;
const FIXTURES = new URL('../../fixtures/tls/', import.meta.url);
const pem = (name: string): string => fileURLToPath(new URL(name, FIXTURES));
const JSON_TYPE = ['content-type', 'application/json'];

const answer = (exchange: Exchange, text: string): void => {
  exchange.head(200, JSON_TYPE);
  exchange.end(text);
};

/** Registers the cases. */
export function httpCases(start: StartBackend): void {
  describe('requests', () => requestCases(start));
  describe('bodies', () => bodyCases(start));
  describe('replies', () => replyCases(start));
  describe('listening', () => listenCases(start));
}

function requestCases(start: StartBackend): void {
  it('gives method, path, query, peer and headers in order, names in lower case', async (t) => {
    let seen: Exchange | undefined;
    const { origin } = await startWith(t, start, (exchange) => {
      seen = exchange;
      assert.equal(exchange.peer, '127.0.0.1');
      exchange.cork(() => answer(exchange, '{}'));
      return undefined;
    });
    const headers = ['host', 'x', 'X-B', '1', 'x-a', 'two words', 'X-B', '3'];
    const reply = await sendRequest(`${origin}/v1/a%2Fb?x=1&y`, { headers });
    assert.equal(reply.status, 200);
    assert.equal(seen?.method, 'GET');
    assert.equal(seen.path, '/v1/a%2Fb');
    assert.equal(seen.query, 'x=1&y');
    assert.equal(seen.header('x-b'), '1');
    assert.equal(seen.header('x-none'), undefined);
    const own = seen.headers.join('|');
    assert.match(own, /x-b\|1\|x-a\|two words\|x-b\|3/);
  });

  it('takes 40 KB of headers in 30 lines', async (t) => {
    const { origin } = await startWith(t, start, (exchange) => {
      answer(exchange, String(exchange.header('x-29')?.length));
      return undefined;
    });
    const headers = Array.from({ length: 30 }, (_, index) => [`x-${index}`, 'v'.repeat(1350)]);
    const reply = await sendRequest(origin, { headers: ['host', 'x', ...headers.flat()] });
    assert.equal(await reply.text(), '1350');
  });

  it('refuses more headers than the limit, and goes on serving', async (t) => {
    const { origin } = await startWith(t, start, (exchange) => {
      answer(exchange, 'fine');
      return undefined;
    });
    const raw = await openRaw(origin);
    // Without an end: a head that arrives in one piece may be taken up to a server's read buffer.
    raw.write(`GET / HTTP/1.1\r\nhost: x\r\nbig: ${'v'.repeat(700_000)}`);
    await waitUntil(() => raw.closed, 'the connection to be closed');
    assert.match(raw.received, /^(HTTP\/1.1 4\d\d |$)/);
    assert.equal(await (await sendRequest(origin)).text(), 'fine');
  });

  it('serves several requests of one connection, also pipelined ones', async (t) => {
    const { origin } = await startWith(t, start, (exchange) =>
      sinkOf({ onBody: (body) => answer(exchange, `${exchange.path}:${body.byteLength}`) }),
    );
    const raw = await openRaw(origin);
    const one = 'POST /one HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc';
    const two = 'GET /two HTTP/1.1\r\nhost: x\r\n\r\n';
    raw.write(one + two);
    await waitUntil(() => raw.received.includes('/two:0'), 'both answers');
    assert.ok(raw.received.indexOf('/one:3') < raw.received.indexOf('/two:0'));
    raw.write(one);
    await waitUntil(() => raw.received.split('/one:3').length === 3, 'a third answer');
    raw.close();
  });

  it('answers HEAD with the length and without a body', async (t) => {
    const { origin } = await startWith(t, start, (exchange) => {
      answer(exchange, '{"a":1}');
      return undefined;
    });
    const reply = await sendRequest(origin, { method: 'HEAD' });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['content-length'], '7');
    assert.equal((await reply.bytes()).byteLength, 0);
  });
}

function bodyCases(start: StartBackend): void {
  const echo = (exchange: Exchange) =>
    sinkOf({
      limit: 8 * MIB,
      onBody: (body) => answer(exchange, `${body.byteLength}:${sumOf(body)}`),
    });

  for (const size of [0, 1, 70_000, 5 * MIB]) {
    it(`delivers a body of ${size} bytes whole`, async (t) => {
      const { origin } = await startWith(t, start, echo);
      const body = Buffer.alloc(size, 7);
      const reply = await sendRequest(origin, { method: 'POST', body });
      assert.equal(await reply.text(), `${size}:${size * 7}`);
    });
  }

  it('delivers a chunked body whole', async (t) => {
    const { origin } = await startWith(t, start, echo);
    const raw = await openRaw(origin);
    raw.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n');
    raw.write('3\r\ncde\r\n0\r\n\r\n');
    await waitUntil(() => /5:495/.test(raw.received), 'the answer');
    raw.close();
  });

  it('keeps a body valid after its callback', async (t) => {
    const bodies: Uint8Array[] = [];
    const { origin } = await startWith(t, start, (exchange) =>
      sinkOf({
        onBody: (body) => {
          bodies.push(body);
          answer(exchange, '{}');
        },
      }),
    );
    for (const letter of ['a', 'b', 'c']) await sendRequest(origin, { body: letter.repeat(2000) });
    assert.deepEqual(
      bodies.map((body) => Buffer.from(body).toString('latin1')[1999]),
      ['a', 'b', 'c'],
    );
  });

  it('reports an announced body over the limit', async (t) => {
    const { origin } = await startWith(t, start, tooLarge);
    const reply = await sendRequest(origin, { body: Buffer.alloc(2000) });
    assert.equal(reply.status, 413);
    assert.equal(await reply.text(), '{"too":"large"}');
  });

  it('reports a chunked body over the limit', async (t) => {
    const { origin } = await startWith(t, start, tooLarge);
    const raw = await openRaw(origin);
    raw.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    raw.write(`7d0\r\n${'x'.repeat(2000)}\r\n`);
    await waitUntil(() => raw.received.includes('{"too":"large"}'), 'the refusal');
    assert.match(raw.received, /^HTTP\/1.1 413 /);
    raw.close();
  });

  it('reports a body that does not arrive in time, and closes', async (t) => {
    const app = (exchange: Exchange) =>
      sinkOf({
        onTimeout: () => {
          exchange.head(408, JSON_TYPE);
          exchange.end('{"too":"slow"}');
        },
      });
    const { origin } = await startWith(t, start, app, { requestTimeoutMs: 50 });
    const raw = await openRaw(origin);
    raw.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc');
    await waitUntil(() => raw.received.includes('{"too":"slow"}'), 'the refusal');
    assert.match(raw.received, /^HTTP\/1.1 408 /);
    await waitUntil(() => raw.closed, 'the end of the connection');
  });

  it('tells once that the client left while it sent', async (t) => {
    let left = 0;
    let started = false;
    const { origin } = await startWith(t, start, (exchange) => {
      started = true;
      exchange.onClose = () => (left += 1);
      return sinkOf({});
    });
    const raw = await openRaw(origin);
    raw.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc');
    await waitUntil(() => started, 'the request');
    raw.reset();
    await waitUntil(() => left > 0, 'the report');
    assert.equal(left, 1);
  });
}

const tooLarge = (exchange: Exchange) =>
  sinkOf({
    limit: 1000,
    onTooLarge: () => {
      exchange.head(413, JSON_TYPE);
      exchange.end('{"too":"large"}');
    },
  });

const sumOf = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum + byte, 0);

function replyCases(start: StartBackend): void {
  it('sets Content-Length for a reply in one piece', async (t) => {
    const { origin } = await startWith(t, start, (exchange) => {
      answer(exchange, 'ünï');
      return undefined;
    });
    const reply = await sendRequest(origin);
    assert.equal(reply.headers['content-length'], '5');
    assert.equal(reply.headers['content-type'], 'application/json');
    assert.equal(await reply.text(), 'ünï');
  });

  it('answers 204 without body or length', async (t) => {
    const { origin } = await startWith(t, start, (exchange) => {
      exchange.head(204, ['x-own', '1']);
      exchange.end();
      return undefined;
    });
    const reply = await sendRequest(origin, { method: 'OPTIONS' });
    assert.equal(reply.status, 204);
    assert.equal(reply.headers['x-own'], '1');
    assert.equal(reply.headers['content-length'], undefined);
  });

  it('streams pieces as they are written', async (t) => {
    const gate = makeGate();
    const { origin } = await startWith(t, start, (exchange) => {
      exchange.head(200, ['content-type', 'text/event-stream']);
      exchange.cork(() => exchange.write('data: 1\n\n'));
      void gate.passed.then(() =>
        exchange.cork(() => {
          exchange.write(Buffer.from('data: 2\n\n'));
          exchange.end('data: 3\n\n');
        }),
      );
      return undefined;
    });
    const reply = await sendRequest(origin);
    assert.equal((await reply.nextFrame())?.data, '1');
    gate.open();
    assert.deepEqual(
      (await reply.frames()).map(({ data }) => data),
      ['2', '3'],
    );
    assert.equal(reply.state, 'complete');
  });

  it('drops what is written after the end or after the client left', async (t) => {
    let exchange: Exchange | undefined;
    let left = false;
    const { origin } = await startWith(t, start, (current) => {
      exchange = current;
      current.onClose = () => (left = true);
      current.head(200, JSON_TYPE);
      current.cork(() => current.write('x'));
      return undefined;
    });
    const running = startRequest(origin);
    await running.answer;
    running.abort();
    await waitUntil(() => left, 'the client to be gone');
    assert.equal(exchange?.closed, true);
    assert.equal(exchange.write('y'), true);
    exchange.cork(() => exchange?.end('z'));
    exchange.abort();
    assert.equal(exchange.buffered, 0);
  });

  it('says when a slow client holds bytes back, and when they are gone', async (t) => {
    const piece = Buffer.alloc(256 * 1024, 1);
    let written = 0;
    let drained = 0;
    const { origin } = await startWith(t, start, (exchange) => {
      exchange.head(200, ['content-type', 'application/octet-stream']);
      // More than the buffers of both sockets hold.
      while (written < 16 * MIB) {
        exchange.cork(() => exchange.write(piece));
        written += piece.byteLength;
      }
      assert.ok(exchange.buffered > 0);
      exchange.onDrain = () => {
        drained += 1;
        assert.equal(exchange.buffered, 0);
        exchange.cork(() => exchange.end('!'));
      };
      return undefined;
    });
    const reply = await sendRequest(origin);
    reply.pause();
    assert.equal(drained, 0);
    reply.resume();
    assert.equal((await reply.bytes()).byteLength, written + 1);
    assert.equal(drained, 1);
  });

  it('cuts the connection on abort', async (t) => {
    let left = false;
    const { origin } = await startWith(t, start, (exchange) => {
      exchange.onClose = () => (left = true);
      exchange.head(200, ['content-type', 'text/plain']);
      exchange.cork(() => exchange.write('half'));
      setImmediate(() => exchange.abort());
      return undefined;
    });
    const reply = await sendRequest(origin);
    await reply.bytes();
    assert.equal(reply.state, 'broken');
    assert.equal(left, false, 'our own cut is not the client leaving');
  });
}

function listenCases(start: StartBackend): void {
  const hello = (exchange: Exchange): undefined => answer(exchange, 'hello') as undefined;

  it('refuses a port that is taken, and names it', async (t) => {
    const { port } = await startWith(t, start, hello);
    await assert.rejects(startWith(t, start, hello, { port }), (error: Error) => {
      assert.match(error.message, new RegExp(`127.0.0.1:${port}`));
      return true;
    });
  });

  it('stops listening without cutting open requests', async (t) => {
    const gate = makeGate();
    const { origin, server } = await startWith(t, start, (exchange) => {
      void gate.passed.then(() => exchange.cork(() => hello(exchange)));
      exchange.onClose = () => undefined;
      return sinkOf({ onBody: () => undefined });
    });
    const running = startRequest(origin, { body: 'x' });
    await waitUntil(() => running.raw.socket?.bytesWritten, 'the request to be sent');
    const other = await openRaw(origin);
    server.stopListening();
    await assert.rejects(sendRequest(origin));
    gate.open();
    assert.equal(await (await running.answer).text(), 'hello');
    other.close();
  });

  it('serves TLS', async (t) => {
    const tls = { cert: pem('cert.pem'), key: pem('key.pem') };
    const { port } = await startWith(t, start, hello, { tls });
    const status = await new Promise((resolve, reject) => {
      const ca = readFileSync(tls.cert);
      const outgoing = httpsRequest({ port, host: '127.0.0.1', ca, agent: false }, (reply) => {
        reply.resume();
        reply.on('end', () => resolve(reply.statusCode));
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
    assert.equal(status, 200);
  });

  it('refuses a certificate that is not there', async (t) => {
    const tls = { cert: pem('none.pem'), key: pem('key.pem') };
    await assert.rejects(startWith(t, start, hello, { tls }), /none\.pem/);
  });
}

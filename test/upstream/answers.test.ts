/** What goes over the wire and comes back when nothing fails. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { waitUntil } from '../support/wait.ts';
import { finish, makeClient, start, startRawServer } from './support.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** Answers as bytes on the wire; `closes`: the server ends the connection after them. */
const ANSWERS: [name: string, wire: string, status: number, body: string, closes?: boolean][] = [
  ['with a length', `${OK}content-length: 5\r\n\r\nhello`, 200, 'hello'],
  [
    'in chunks',
    `${OK}transfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n`,
    200,
    'hello',
  ],
  [
    'in chunks with a trailer',
    `${OK}transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx-sum: 1\r\n\r\n`,
    200,
    'hi',
  ],
  ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', 204, ''],
  ['empty', `${OK}content-length: 0\r\n\r\n`, 200, ''],
  ['of HTTP/1.0 until the end', 'HTTP/1.0 200 OK\r\n\r\nhello', 200, 'hello', true],
  ['until the end', `${OK}connection: close\r\n\r\nhello`, 200, 'hello', true],
  ['that redirects', 'HTTP/1.1 307 X\r\nlocation: /y\r\ncontent-length: 2\r\n\r\nno', 307, 'no'],
  ['that refuses', 'HTTP/1.1 429 X\r\ncontent-length: 2\r\n\r\nno', 429, 'no'],
  [
    'after interim answers',
    `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${OK}content-length: 2\r\n\r\nhi`,
    200,
    'hi',
  ],
];

describe('upstream answers', () => {
  for (const [name, wire, status, body, closes = false] of ANSWERS) {
    it(`reads an answer ${name}`, async (test) => {
      const server = await startRawServer(test, (socket) => {
        socket.write(wire);
        if (closes) socket.end();
      });
      const seen = await finish(makeClient(test), server.origin);
      assert.equal(seen.outcome, 'end');
      assert.equal(seen.status, status);
      assert.equal(seen.text, body);
      assert.equal(seen.log.filter((event) => event === 'head').length, 1);
    });
  }

  it('reads an answer that comes byte by byte', async (test) => {
    const wire = `${OK}x-a: b\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`;
    const drip = async (socket: Socket): Promise<void> => {
      for (const byte of wire) {
        socket.write(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const server = await startRawServer(test, (socket) => void drip(socket));
    const seen = await finish(makeClient(test), server.origin);
    assert.equal(seen.outcome, 'end');
    assert.deepEqual(seen.headers, ['x-a', 'b', 'transfer-encoding', 'chunked']);
    assert.equal(seen.text, 'hello');
  });

  it('hands chunks on as they come, and never touches them again', async (test) => {
    const upstream = await startFakeUpstream(test, (call) => call.sseHead());
    const { seen } = start(makeClient(test), upstream.origin);
    await waitUntil(() => seen.status === 200, 'the head arrives alone');
    const [exchange] = upstream.calls;
    for (const letter of ['a', 'b', 'c']) {
      await exchange?.write(letter.repeat(2000));
      await waitUntil(() => seen.text.endsWith(letter), 'a chunk arrives by itself');
    }
    exchange?.end();
    await seen.ended;
    assert.equal(seen.text, 'a'.repeat(2000) + 'b'.repeat(2000) + 'c'.repeat(2000));
  });

  it('keeps names, case, order and repetition of headers both ways', async (test) => {
    const sent = ['Zebra', '1', 'Authorization', 'Bearer x', 'alpha', 'é', 'Zebra', '2'];
    const upstream = await startFakeUpstream(test, (call) => {
      call.raw(`${OK}X-One: 1\r\nset-cookie: a\r\nSet-Cookie: b\r\ncontent-length: 0\r\n\r\n`);
    });
    const url = `${upstream.origin}/v1/x?a=b%20c&d`;
    const seen = await finish(makeClient(test), url, { headers: sent });
    assert.deepEqual(seen.headers, [
      ...['X-One', '1', 'set-cookie', 'a', 'Set-Cookie', 'b'],
      ...['content-length', '0'],
    ]);
    const [request] = upstream.requests;
    assert.equal(request?.method, 'POST');
    assert.equal(request?.path, '/v1/x?a=b%20c&d');
    // Host, connection and length are the client's own; nothing else is added.
    assert.deepEqual(request?.rawHeaders, [
      ...['host', `127.0.0.1:${upstream.port}`, 'connection', 'keep-alive'],
      ...sent,
      ...['content-length', '5'],
    ]);
    assert.equal(request?.body.toString(), 'hello');
  });

  it('sends a GET without a body', async (test) => {
    const upstream = await startFakeUpstream(test, (call) => call.json(200, { ok: true }));
    const seen = await finish(makeClient(test), upstream.origin, {
      method: 'GET',
      body: undefined,
    });
    assert.equal(seen.text, '{"ok":true}');
    assert.equal(upstream.requests[0]?.method, 'GET');
    assert.equal(upstream.requests[0]?.headers['content-length'], undefined);
  });

  it('serves 500 calls at once, each with its own answer', async (test) => {
    const waiting: (() => void)[] = [];
    const upstream = await startFakeUpstream(test, (call) => {
      waiting.push(() => call.end(call.request.body));
      call.sseHead();
      if (waiting.length === 500) for (const answer of waiting) answer();
    });
    const client = makeClient(test);
    const calls = Array.from({ length: 500 }, (_, index) =>
      finish(client, upstream.origin, { body: Buffer.from(`call ${index}`) }),
    );
    const all = await Promise.all(calls);
    assert.deepEqual(
      all.map((seen) => seen.text),
      all.map((_, index) => `call ${index}`),
    );
    await client.close();
    await waitUntil(() => upstream.openConnections === 0, 'no connection is left');
  });
});

/** Client WebSockets, with the ws client. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WebSocket, type ClientOptions } from 'ws';
import { arrives, get, refuseUpgrade, reply, run, statusesOf, type Start } from './harness.ts';
import { waitUntil } from '../../support/wait.ts';
import type { Cleanup } from '../../support/temp.ts';
import type { ClientSocket, SocketHandlers } from '../../../src/front/server/types.ts';

const MIB = 1024 * 1024;
const HANDSHAKE = [
  'connection: Upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
];

interface Pair {
  client: WebSocket;
  server: ClientSocket;
  /** What the application saw, in order. */
  seen: string[];
  /** What the client saw. */
  got: string[];
}

/** A connected pair; text and binary messages are noted on both sides. */
async function connect(
  t: Cleanup,
  start: Start,
  handlers: Partial<SocketHandlers> = {},
  options: ClientOptions & { protocols?: string[]; maxMessageBytes?: number } = {},
): Promise<Pair> {
  const seen: string[] = [];
  let opened: ClientSocket | undefined;
  const all: SocketHandlers = {
    onOpen: (socket) => (opened = socket),
    onMessage: (_socket, data, isBinary) =>
      seen.push(`${isBinary ? 'binary' : 'text'} ${Buffer.from(data).toString()}`),
    onDrain: () => seen.push('drain'),
    onClose: (socket, { code, reason }) =>
      seen.push(`close ${code} ${reason} ${socket.closed ? 'closed' : 'open'}`),
    ...handlers,
  };
  const limits =
    options.maxMessageBytes === undefined ? {} : { maxMessageBytes: options.maxMessageBytes };
  const { server } = await run(t, start, reply('{}'), limits, () => ({
    handlers: all,
    headers: ['x-turn-state', 'abc'],
  }));
  const url = `ws://127.0.0.1:${server.port}/v1/responses?a=b`;
  const client = new WebSocket(url, options.protocols ?? [], options);
  t.after(() => Promise.resolve(client.terminate()));
  const got: string[] = [];
  client.on('upgrade', ({ headers }) => got.push(`turn-state ${String(headers['x-turn-state'])}`));
  client.on('message', (data: Buffer, isBinary) =>
    got.push(`${isBinary ? 'binary' : 'text'} ${data.byteLength > 99 ? data.byteLength : data}`),
  );
  client.on('ping', () => got.push('ping'));
  client.on('close', (code, reason) => got.push(`close ${code} ${reason.toString()}`));
  client.on('error', (error) => got.push(`error ${error.message}`));
  await waitUntil(() => opened !== undefined && client.readyState === WebSocket.OPEN, 'open');
  assert.ok(opened);
  return { client, server: opened, seen, got };
}

const sawClose = (pair: Pair): Promise<boolean> =>
  waitUntil(() => pair.got.some((text) => text.startsWith('close')), 'the client to see the close');
const toldClose = (pair: Pair): Promise<boolean> =>
  waitUntil(() => pair.seen.some((text) => text.startsWith('close')), 'onClose');

export function socketCases(start: Start): void {
  describe('WebSockets', () => {
    it('carry text and binary messages, and the headers of the handshake', async (t) => {
      const pair = await connect(t, start);
      pair.client.send('hello é');
      pair.client.send(Buffer.from('bytes'));
      await waitUntil(() => pair.seen.length === 2, 'two messages');
      assert.deepEqual(pair.seen, ['text hello é', 'binary bytes']);
      assert.equal(pair.server.send('as text'), true);
      assert.equal(pair.server.send(Buffer.from('also as text')), true);
      await waitUntil(() => pair.got.length === 3, 'two answers');
      assert.deepEqual(pair.got, ['turn-state abc', 'text as text', 'text also as text']);
      assert.equal(pair.server.buffered, 0);
    });

    it('may be used from within the callbacks', async (t) => {
      const pair = await connect(t, start, {
        onMessage: (socket, data) => {
          socket.send(data);
          socket.close(1000, 'served');
          socket.send('too late');
        },
      });
      pair.client.send('echo');
      await sawClose(pair);
      assert.deepEqual(pair.got.slice(1), ['text echo', 'close 1000 served']);
      assert.deepEqual(pair.seen, ['close 1000 served closed']);
    });

    it('give messages that stay valid', async (t) => {
      const kept: Uint8Array[] = [];
      const pair = await connect(t, start, { onMessage: (_socket, data) => kept.push(data) });
      pair.client.send('first');
      pair.client.send('other');
      await waitUntil(() => kept.length === 2, 'two messages');
      assert.deepEqual(
        kept.map((data) => Buffer.from(data).toString()),
        ['first', 'other'],
      );
    });

    it('take messages up to the limit (clients.md 2, row 2)', async (t) => {
      const sizes: number[] = [];
      const pair = await connect(t, start, {
        onMessage: (_socket, data) => sizes.push(data.byteLength),
      });
      pair.client.send('x'.repeat(16 * MIB));
      await waitUntil(() => sizes.length > 0, 'the message');
      assert.deepEqual(sizes, [16 * MIB]);
    });

    it('end with 1009 at a message beyond the limit', async (t) => {
      const pair = await connect(t, start, {}, { maxMessageBytes: 1000 });
      pair.client.send('x'.repeat(1001));
      await Promise.all([sawClose(pair), toldClose(pair)]);
      assert.match(pair.got.at(-1) ?? '', /^close 1009 /);
      assert.equal(pair.seen.length, 1);
    });

    it('end at a message far beyond the limit', async (t) => {
      const pair = await connect(t, start, {}, { maxMessageBytes: 1000 });
      pair.client.send('x'.repeat(100_000));
      await Promise.all([sawClose(pair), toldClose(pair)]);
      assert.match(pair.got.at(-1) ?? '', /^close (1006|1009) /);
      assert.equal(pair.seen.length, 1);
    });

    it('send a corked group in order', async (t) => {
      const pair = await connect(t, start);
      pair.server.cork(() => {
        for (const text of ['a', 'b', 'c']) pair.server.send(text);
      });
      await waitUntil(() => pair.got.length === 4, 'three messages');
      assert.deepEqual(pair.got.slice(1), ['text a', 'text b', 'text c']);
    });

    it('decline compression', async (t) => {
      const pair = await connect(t, start, {}, { perMessageDeflate: true });
      assert.equal(pair.client.extensions, '');
    });

    it('confirm the first subprotocol', async (t) => {
      const pair = await connect(t, start, {}, { protocols: ['realtime', 'other'] });
      assert.equal(pair.client.protocol, 'realtime');
    });

    it('are pinged', async (t) => {
      const pair = await connect(t, start);
      pair.server.ping();
      await waitUntil(() => pair.got.includes('ping'), 'the ping');
    });

    for (const [code, reason] of [
      [1000, 'done'],
      [1012, 'the proxy restarts'],
      [4001, ''],
    ] as const) {
      it(`are closed with ${code} by the application, which is told once`, async (t) => {
        const pair = await connect(t, start);
        pair.server.close(code, reason);
        assert.equal(pair.server.closed, true);
        pair.server.close(1011, 'again');
        pair.server.ping();
        assert.equal(pair.server.send('late'), true);
        await sawClose(pair);
        assert.deepEqual(pair.got.slice(1), [`close ${code} ${reason}`]);
        assert.deepEqual(pair.seen, [`close ${code} ${reason} closed`]);
      });
    }

    it('shorten a reason that does not fit', async (t) => {
      const pair = await connect(t, start);
      pair.server.close(1011, 'é'.repeat(100));
      await sawClose(pair);
      assert.equal(pair.got.at(-1), `close 1011 ${'é'.repeat(61)}`);
    });

    it('are cut with 1006', async (t) => {
      const pair = await connect(t, start);
      pair.server.close(1006, 'not sent');
      await sawClose(pair);
      assert.equal(pair.got.at(-1), 'close 1006 ');
      assert.deepEqual(pair.seen, ['close 1006  closed']);
    });

    it('tell how the client closed', async (t) => {
      for (const [leave, expected] of [
        [(client: WebSocket) => client.close(1000, 'bye'), 'close 1000 bye closed'],
        [(client: WebSocket) => client.close(), 'close 1005  closed'],
        [(client: WebSocket) => client.terminate(), 'close 1006  closed'],
      ] as const) {
        const pair = await connect(t, start);
        leave(pair.client);
        await toldClose(pair);
        assert.deepEqual(pair.seen, [expected]);
        assert.equal(pair.server.closed, true);
        assert.equal(pair.server.buffered, 0);
      }
    });

    it('wait for a client that does not read, lose nothing, and tell when it did', async (t) => {
      const pair = await connect(t, start);
      pair.client.pause();
      const message = 'x'.repeat(256 * 1024);
      let sent = 0;
      await waitUntil(() => {
        sent += 1;
        return !pair.server.send(message) && sent > 64;
      }, 'a message that is not taken');
      assert.ok(pair.server.buffered > 0);
      assert.deepEqual(pair.seen, []);
      pair.client.resume();
      await waitUntil(() => pair.seen.includes('drain'), 'onDrain');
      assert.equal(pair.server.buffered, 0);
      pair.server.send('last');
      await waitUntil(() => pair.got.includes('text last'), 'the last message');
      assert.equal(pair.got.filter((text) => text === `text ${message.length}`).length, sent);
    });

    it('are refused with an ordinary answer', async (t) => {
      const { raw, exchanges } = await run(t, start, reply('{}'), {}, refuseUpgrade);
      const connection = await raw(get('/v1/responses?a=b', HANDSHAKE));
      await arrives(connection, '{"error":{"message":"use HTTP"}}');
      assert.deepEqual(statusesOf(connection), [426]);
      assert.equal(exchanges[0]?.path, '/v1/responses');
      assert.equal(exchanges[0]?.query, 'a=b');
      assert.equal(exchanges[0]?.header('upgrade'), 'websocket');
    });

    it('may be refused later, or left', async (t) => {
      const { raw, exchanges } = await run(t, start, reply('{}'), {}, () => undefined);
      const connection = await raw(get('/ws', HANDSHAKE));
      const first = await waitUntil(() => exchanges[0], 'the handshake');
      refuseUpgrade(first);
      await arrives(connection, 'use HTTP');
      const other = await raw(get('/ws', HANDSHAKE));
      const second = await waitUntil(() => exchanges[1], 'the second handshake');
      let left = 0;
      second.onClose = () => (left += 1);
      other.close();
      await waitUntil(() => left === 1, 'onClose');
    });

    it('of an application that throws get 500', async (t) => {
      const { raw } = await run(t, start, reply('{}'), {}, () => {
        throw new Error('a fault');
      });
      const connection = await raw(get('/ws', HANDSHAKE));
      await arrives(connection, '"internal"');
      assert.deepEqual(statusesOf(connection), [500]);
    });

    it('may be sent to as they open', async (t) => {
      const handlers: SocketHandlers = {
        onOpen: (socket) => socket.send('welcome'),
        onMessage: () => undefined,
        onDrain: () => undefined,
        onClose: () => undefined,
      };
      const accept = () => ({ handlers, headers: [] });
      const { raw } = await run(t, start, reply('{}'), {}, accept);
      const connection = await raw(get('/ws', HANDSHAKE));
      await arrives(connection, 'welcome');
      // The example of RFC 6455, 1.3.
      assert.match(connection.received, /s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
    });

    it('are cut when the server closes', async (t) => {
      const closes: number[] = [];
      const handlers: SocketHandlers = {
        onOpen: () => undefined,
        onMessage: () => undefined,
        onDrain: () => undefined,
        onClose: (_socket, { code }) => closes.push(code),
      };
      const accept = () => ({ handlers, headers: [] });
      const { raw, server } = await run(t, start, reply('{}'), {}, accept);
      const connection = await raw(get('/ws', HANDSHAKE));
      await arrives(connection, '101 Switching');
      await server.close();
      await waitUntil(() => connection.closed && closes.length === 1, 'the socket to be cut');
      assert.deepEqual(closes, [1006]);
    });
  });
}

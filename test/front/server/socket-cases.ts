/** What every server backend has to do with WebSockets; run against each of them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import WebSocket from 'ws';
import { sendRequest } from '../../support/http-client.ts';
import { startWith, type StartBackend, type Started } from './start.ts';
import { waitUntil } from '../../support/wait.ts';
import type { Cleanup } from '../../support/temp.ts';
import type { ClientSocket, SocketClose, SocketHandlers } from '../../../src/front/server/types.ts';

interface Accepted extends Started {
  sockets: ClientSocket[];
  closes: SocketClose[];
}

async function accepting(
  test: Cleanup,
  start: StartBackend,
  handlers: Partial<SocketHandlers> = {},
): Promise<Accepted> {
  const sockets: ClientSocket[] = [];
  const closes: SocketClose[] = [];
  const all: SocketHandlers = {
    onOpen: (socket) => sockets.push(socket),
    onMessage: (socket, data) => void socket.send(data),
    onDrain: () => undefined,
    onClose: (_socket, close) => closes.push(close),
    ...handlers,
  };
  const started = await startWith(
    test,
    start,
    () => undefined,
    {},
    () => ({ handlers: all, headers: ['x-own', 'yes'] }),
  );
  return { ...started, sockets, closes };
}

async function connected(test: Cleanup, { port }: Started): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${port}/v1/responses`);
  test.after(async () => client.terminate());
  client.on('error', () => undefined);
  await once(client, 'open');
  return client;
}

/** Registers the cases. */
export function socketCases(start: StartBackend): void {
  describe('sockets', () => {
    it('accepts with own headers, tells text from binary, echoes', async (t) => {
      const kinds: boolean[] = [];
      const started = await accepting(t, start, {
        onMessage: (socket, data, isBinary) => {
          kinds.push(isBinary);
          socket.send(Buffer.from(data).toString('utf8'));
        },
      });
      const client = new WebSocket(`ws://127.0.0.1:${started.port}/`);
      t.after(() => client.terminate());
      const [[reply]] = await Promise.all([once(client, 'upgrade'), once(client, 'open')]);
      assert.equal((reply as { headers: Record<string, string> }).headers['x-own'], 'yes');
      for (const message of ['grüße', Buffer.from('bytes')]) {
        client.send(message);
        const [data, isBinary] = (await once(client, 'message')) as [Buffer, boolean];
        assert.equal(data.toString('utf8'), message.toString());
        assert.equal(isBinary, false);
      }
      assert.deepEqual(kinds, [false, true]);
    });

    it('takes a message of 900 KB, and closes on one over the limit', async (t) => {
      const started = await accepting(t, start);
      const client = await connected(t, started);
      client.send('x'.repeat(900_000));
      const [data] = (await once(client, 'message')) as [Buffer];
      assert.equal(data.byteLength, 900_000);
      client.send('x'.repeat(1_100_000));
      await once(client, 'close');
      await waitUntil(() => started.closes.length === 1, 'the close');
      assert.equal(started.sockets[0]?.closed, true);
    });

    it('pings, and drops what is sent after the close', async (t) => {
      const started = await accepting(t, start);
      const client = await connected(t, started);
      const pinged = once(client, 'ping');
      started.sockets[0]?.ping();
      await pinged;
      client.close(1000, 'done');
      await waitUntil(() => started.closes.length === 1, 'the close');
      assert.deepEqual(started.closes, [{ code: 1000, reason: 'done' }]);
      const [socket] = started.sockets;
      assert.equal(socket?.closed, true);
      socket?.send('late');
      socket?.ping();
      socket?.close(1000, '');
    });

    for (const [code, reason] of [
      [1000, ''],
      [1012, 'upstream requires HTTP replay'],
    ] as const) {
      it(`closes with ${code} and its reason`, async (t) => {
        const started = await accepting(t, start);
        const client = await connected(t, started);
        const closed = once(client, 'close');
        started.sockets[0]?.close(code, reason);
        const [seen, text] = (await closed) as [number, Buffer];
        assert.equal(seen, code);
        assert.equal(text.toString('utf8'), reason);
        await waitUntil(() => started.closes.length === 1, 'the close at the server');
      });
    }

    it('cuts without a close frame for 1006', async (t) => {
      const started = await accepting(t, start);
      const client = await connected(t, started);
      const closed = once(client, 'close');
      started.sockets[0]?.close(1006, '');
      const [seen] = (await closed) as [number];
      assert.equal(seen, 1006);
    });

    it('says when a slow client holds messages back, and when they are gone', async (t) => {
      let drained = 0;
      const started = await accepting(t, start, { onDrain: () => (drained += 1) });
      const client = await connected(t, started);
      client.pause();
      const [socket] = started.sockets;
      const message = 'm'.repeat(256 * 1024);
      let sent = 0;
      do sent += 1;
      while (socket?.send(message) === true && sent < 200);
      assert.ok((socket?.buffered ?? 0) > 0);
      let received = 0;
      client.on('message', () => (received += 1));
      client.resume();
      await waitUntil(() => received === sent && drained > 0, 'all messages');
      assert.equal(socket?.buffered, 0);
    });
  });

  describe('a refused upgrade', () => {
    it('is an ordinary HTTP answer', async (t) => {
      const { origin } = await startWith(t, start, () => undefined);
      const reply = await sendRequest(`${origin}/v1/responses`, {
        method: 'GET',
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          'sec-websocket-version': '13',
        },
      });
      assert.equal(reply.status, 426);
      assert.equal(await reply.text(), '{"error":{"message":"use HTTP"}}');
    });
  });
}

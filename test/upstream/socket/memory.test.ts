/** What an idle upstream socket holds. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UpstreamSocket } from '../../../src/upstream/socket/types.ts';
import {
  acceptance,
  ask,
  connect,
  frame,
  framesCame,
  makeSockets,
  OP,
  startUpgradeServer,
} from './support.ts';

const SOCKETS = 200;

/** Bytes of heap and buffers for both ends of a plain connection; measured: 8.4 KiB. */
const MAX_BYTES = 16 * 1024;

/** As large as the bound: an end that kept one of them would show. */
const LARGE = 'x'.repeat(MAX_BYTES);

async function used(): Promise<number> {
  assert.ok(globalThis.gc, 'run with --expose-gc');
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('upstream sockets: memory', () => {
  it('keeps neither its handshake nor its last turn', async (test) => {
    const answer = frame(OP.text, LARGE);
    const server = await startUpgradeServer(test, (socket, head) => {
      let bytes = 0;
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > LARGE.length) socket.write(answer);
      });
      socket.write(acceptance(head));
    });
    const client = makeSockets(test);
    const opened = async (): Promise<UpstreamSocket> => {
      const headers = ['Authorization', `Bearer ${'t'.repeat(8000)}`];
      const { seen } = connect(client, server.url, { headers });
      await seen.over;
      assert.ok(seen.socket !== undefined, seen.error?.message);
      const { turn, seen: answered } = ask(seen.socket, LARGE);
      await framesCame({ turn, seen: answered }, 1);
      turn.done();
      return seen.socket;
    };
    const sockets = [await opened()];
    const before = await used();
    for (let count = 0; count < SOCKETS; count += 1) sockets.push(await opened());
    const each = ((await used()) - before) / SOCKETS;
    assert.ok(each < MAX_BYTES, `${Math.round(each)} bytes per pair`);
    assert.equal(client.openSockets, sockets.length);
  });
});

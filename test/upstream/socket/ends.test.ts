/** How upstream sockets end, and what a turn hears of it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SocketEnd } from '../../../src/upstream/socket/types.ts';
import { waitUntil } from '../../support/wait.ts';
import {
  ask,
  asked,
  closeFrame,
  failed,
  frame,
  framesCame,
  makeSockets,
  OP,
  openPair,
  SOCKET_LIMITS,
  connect,
  startUpgradeServer,
  acceptance,
  type Pair,
} from './support.ts';

async function closed({ seen }: Pair): Promise<SocketEnd> {
  return waitUntil(() => seen.end, 'the socket is closed');
}

describe('upstream sockets: ends by the other side', () => {
  it('death before the frame is sent: not sent', async (test) => {
    const pair = await openPair(test);
    pair.peer.socket.resetAndDestroy();
    await closed(pair);
    const running = ask(pair.socket);
    assert.equal(await failed(running), 'upstream_connection_lost not-sent');
    assert.equal(running.seen.error?.message, 'the WebSocket is not open');
    assert.equal(running.seen.end, undefined);
    assert.equal(pair.socket.turns, 0);
    assert.equal(pair.client.openSockets, 0);
  });

  it('death while the frame is written: not sent', async (test) => {
    const pair = await openPair(test);
    pair.peer.socket.once('data', () => pair.peer.socket.pause());
    const running = ask(pair.socket, 'x'.repeat(64 * 1024 * 1024));
    const { length } = pair.peer.head;
    await waitUntil(() => pair.peer.socket.bytesRead > length, 'the frame begins');
    pair.peer.socket.resetAndDestroy();
    assert.equal(await failed(running), 'upstream_connection_lost not-sent');
    assert.deepEqual(running.seen.end, { code: 1006, reason: '' });
  });

  it('death after the frame: sent', async (test) => {
    const pair = await asked(test);
    pair.peer.socket.resetAndDestroy();
    assert.equal(await failed(pair.running), 'upstream_connection_lost sent');
    assert.equal(pair.running.seen.error?.message, 'the upstream closed the WebSocket: code 1006');
    assert.deepEqual(pair.running.seen.end, { code: 1006, reason: '' });
    assert.deepEqual(await closed(pair), { code: 1006, reason: '' });
  });

  it('death after the first frame: answering; what came before it is heard', async (test) => {
    const pair = await asked(test);
    pair.peer.write(frame(OP.text, 'a'));
    await framesCame(pair.running, 1);
    pair.peer.socket.end(Buffer.concat([frame(OP.text, 'b'), frame(OP.text, 'c').subarray(0, 2)]));
    assert.equal(await failed(pair.running), 'upstream_connection_lost answering');
    assert.deepEqual(pair.running.seen.frames, ['a', 'b']);
    assert.equal(pair.running.seen.end?.code, 1006);
  });

  const codes: [code: number, reason: string, message: string][] = [
    [1000, '', 'code 1000'],
    [1001, 'going away', 'code 1001, going away'],
    [1008, 'policy', 'code 1008, policy'],
    [1011, 'server error', 'code 1011, server error'],
    [1012, '', 'code 1012'],
    [1013, 'try again later', 'code 1013, try again later'],
    [4001, 'own', 'code 4001, own'],
  ];
  for (const [code, reason, message] of codes) {
    it(`close code ${code}`, async (test) => {
      const pair = await asked(test);
      pair.peer.socket.end(closeFrame(code, reason));
      assert.equal(await failed(pair.running), 'upstream_connection_lost sent');
      const { error, end } = pair.running.seen;
      assert.equal(error?.message, `the upstream closed the WebSocket: ${message}`);
      assert.deepEqual(end, { code, reason });
      assert.deepEqual(await closed(pair), { code, reason });
    });
  }

  it('close without a code', async (test) => {
    const pair = await asked(test);
    pair.peer.socket.end(frame(OP.close, ''));
    assert.equal(await failed(pair.running), 'upstream_connection_lost sent');
    assert.deepEqual(pair.running.seen.end, { code: 1005, reason: '' });
  });

  const reasons: [reason: string, message: string][] = [
    ['', 'upstream websocket message too big'],
    ['at most 1 MB', 'at most 1 MB'],
  ];
  for (const [reason, message] of reasons) {
    it(`close code 1009 is about the message (2.9, vector 101): "${reason}"`, async (test) => {
      const pair = await asked(test);
      pair.peer.socket.end(closeFrame(1009, reason));
      assert.equal(await failed(pair.running), 'upstream_message_too_big sent');
      const { error, end } = pair.running.seen;
      assert.equal(error?.status, 413);
      assert.deepEqual(JSON.parse(error?.body ?? ''), {
        error: { message, type: 'invalid_request_error', code: 'message_too_big' },
      });
      assert.deepEqual(end, { code: 1009, reason });
    });
  }

  it('frames before a close frame are heard, those after it are not', async (test) => {
    const pair = await asked(test);
    const bytes = [frame(OP.text, 'a'), closeFrame(1000), frame(OP.text, 'late')];
    pair.peer.socket.end(Buffer.concat(bytes));
    assert.equal(await failed(pair.running), 'upstream_connection_lost answering');
    assert.deepEqual(pair.running.seen.frames, ['a']);
    assert.equal(pair.peer.closeCode, 1000, 'the close frame is answered');
  });

  it('an idle socket that is closed tells its owner', async (test) => {
    const pair = await openPair(test);
    pair.peer.socket.end(closeFrame(1012, 'restart'));
    assert.deepEqual(await closed(pair), { code: 1012, reason: 'restart' });
    assert.equal(pair.socket.open, false);
    pair.socket.close();
    assert.equal(pair.client.openSockets, 0);
  });

  it('the turn hears of the end before the owner of the socket does', async (test) => {
    const pair = await asked(test);
    const order: string[] = [];
    pair.running.seen.onError = () => void order.push('turn');
    pair.socket.onClosed = () => void order.push('socket');
    pair.peer.socket.destroy();
    await waitUntil(() => order.length === 2, 'both hear');
    assert.deepEqual(order, ['turn', 'socket']);
  });
});

describe('upstream sockets: broken bytes', () => {
  const half = frame(OP.text, 'half', { fin: false });
  const faults: [name: string, bytes: Uint8Array, phase: string, closeCode: number][] = [
    ['a binary frame', frame(OP.binary, 'x'), 'answering', 1003],
    ['garbage', Buffer.from('HTTP/1.1 502 Bad Gateway\r\n\r\n'), 'sent', 1002],
    ['invalid UTF-8', frame(OP.text, Buffer.from([0xc3, 0x28])), 'sent', 1007],
    ['a frame above the bound', frame(OP.text, Buffer.alloc(2 << 20, 'x')), 'sent', 1009],
    [
      'fragments that are together above the bound',
      Buffer.concat([
        frame(OP.text, Buffer.alloc(700_000, 'x'), { fin: false }),
        frame(OP.more, Buffer.alloc(700_000, 'x')),
      ]),
      'sent',
      1009,
    ],
    ['a masked frame', frame(OP.text, 'x', { masked: true }), 'sent', 1002],
    ['a reserved bit', Buffer.from([0xc1, 0x01, 0x78]), 'sent', 1002],
    ['an unknown opcode', frame(3, 'x'), 'sent', 1002],
    ['a fragment of nothing', frame(OP.more, 'x'), 'sent', 1002],
    ['a new message inside another', Buffer.concat([half, frame(OP.text, 'x')]), 'sent', 1002],
    ['a fragmented ping', frame(OP.ping, '', { fin: false }), 'sent', 1002],
    ['a close code that does not exist', closeFrame(999), 'sent', 1002],
  ];
  for (const [name, bytes, phase, closeCode] of faults) {
    it(`${name} ends turn and socket`, async (test) => {
      const pair = await asked(test);
      pair.peer.write(bytes);
      assert.equal(await failed(pair.running), `upstream_bad_answer ${phase}`);
      assert.match(pair.running.seen.error?.message ?? '', /WebSocket message is not valid: ./);
      assert.equal(pair.running.seen.end, undefined);
      assert.equal(pair.socket.open, false);
      await waitUntil(() => pair.peer.closeCode, 'the other side is told');
      assert.equal(pair.peer.closeCode, closeCode);
      pair.peer.socket.end();
      await closed(pair);
      assert.equal(pair.running.seen.errors, 1);
    });
  }

  it('a binary frame between turns closes the socket, too (2.5)', async (test) => {
    const pair = await openPair(test);
    pair.peer.write(frame(OP.binary, 'x'));
    await waitUntil(() => pair.peer.closeCode === 1003, 'the other side is told');
    assert.equal(pair.socket.open, false);
    pair.peer.socket.end();
    await closed(pair);
  });

  it('a frame of just the bound is taken', async (test) => {
    const { peer, running } = await asked(test);
    peer.write(frame(OP.text, Buffer.alloc(SOCKET_LIMITS.maxFrameBytes, 'x')));
    const [text] = await framesCame(running, 1);
    assert.equal(text?.length, SOCKET_LIMITS.maxFrameBytes);
  });
});

describe('upstream sockets: ends by our side', () => {
  it('closes with 1000, once', async (test) => {
    const pair = await openPair(test);
    pair.socket.close();
    pair.socket.close();
    assert.equal(pair.socket.open, false);
    const late = ask(pair.socket);
    assert.equal(await failed(late), 'upstream_connection_lost not-sent');
    await waitUntil(() => pair.peer.closeCode === 1000, 'the other side is told');
    pair.peer.socket.end(closeFrame(1000));
    assert.deepEqual(await closed(pair), { code: 1000, reason: '' });
    assert.equal(pair.peer.of(OP.close).length, 1);
  });

  it('the client ends handshakes, turns and idle sockets, and waits for it', async (test) => {
    let heads = 0;
    const server = await startUpgradeServer(test, (socket, head) => {
      heads += 1;
      if (heads > 2) return;
      socket.write(acceptance(head));
      socket.resume();
    });
    const client = makeSockets(test);
    const [one, two] = [connect(client, server.url).seen, connect(client, server.url).seen];
    await Promise.all([one.over, two.over]);
    const { seen: hanging } = connect(client, server.url);
    await waitUntil(() => heads === 3, 'the third handshake hangs');
    assert.ok(one.socket !== undefined);
    const running = ask(one.socket);
    assert.equal(client.openSockets, 2);
    await Promise.all([client.close(), client.close()]);
    assert.equal(client.openSockets, 0);
    assert.equal(running.seen.error?.code, 'cancelled');
    assert.equal(hanging.outcome, 'cancelled');
    assert.ok(one.end !== undefined && two.end !== undefined);
    await waitUntil(() => server.open === 0, 'no connection is left');
    const { seen: late } = connect(client, server.url);
    await late.over;
    assert.equal(late.outcome, 'upstream_connect_failed');
    assert.equal(late.error?.message, 'the upstream client is closed');
  });
});

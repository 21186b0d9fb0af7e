/** The contract on uWebSockets.js. Needs the native build that the dependencies bring. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, it } from 'node:test';
import { arrives, get, OPTIONS, reply, run, statusesOf, type Start } from './harness.ts';
import { collectLog } from '../../support/logs.ts';
import { contract } from './contract.ts';
import { loadUws, prepareUwsEnvironment, startUws } from '../../../src/front/server/uws.ts';
import { EXIT_STATUS } from './uws-thread.ts';
import { openRaw } from '../../support/raw-socket.ts';
import { throughTsx } from '../../../src/threads/entry.ts';
import { waitUntil } from '../../support/wait.ts';

prepareUwsEnvironment(64 * 1024);
const uws = await loadUws();
const { log, lines } = collectLog();
const start: Start = (options, app) => startUws(uws, options, app, log);

describe('server on uWebSockets.js', () => {
  contract(start);

  it('keeps a lower header limit than the native one', async (t) => {
    const { raw, exchanges } = await run(t, start, reply('{}'), { maxHeaderBytes: 8192 });
    const connection = await raw(get('/', [`x-big: ${'v'.repeat(9000)}`]));
    await waitUntil(() => connection.closed, 'the connection to be closed');
    assert.deepEqual(statusesOf(connection), [431]);
    assert.match(connection.received, /"code":"invalid_request"/);
    assert.equal(exchanges.length, 0);
  });

  it('says that a higher limit needs a restart', async (t) => {
    lines.length = 0;
    await run(t, start, reply('{}'), { maxHeaderBytes: 128 * 1024 });
    assert.deepEqual(
      lines.map(({ code }) => code),
      ['SWY_W011'],
    );
  });

  it('shares a port, also one that it chose itself', async (t) => {
    const first = await run(t, start, reply('{}'), { reusePort: true });
    const { port } = first.server;
    await run(t, start, reply('{}'), { reusePort: true, port });
    await arrives(await first.raw(get('/')), '{}');
    const alone = start({ ...OPTIONS, port }, { onRequest: reply(''), onUpgrade: reply('') });
    await assert.rejects(alone, { code: 'invalid_config' });
  });

  it('cuts a pipelined request whose predecessor is still answered', async (t) => {
    let left = 0;
    const { raw } = await run(t, start, (exchange) => {
      exchange.onClose = () => (left += 1);
      return {
        limit: 1,
        onBody: () => undefined,
        onTooLarge: () => undefined,
        onTimeout: () => undefined,
      };
    });
    const connection = await raw(get('/one') + get('/two'));
    await waitUntil(() => connection.closed && left === 1, 'the connection to be cut');
    assert.equal(connection.received, '');
  });

  it('lets its thread exit with open connections, and the process lives on', async () => {
    const thread = new Worker(throughTsx(new URL('./uws-thread.ts', import.meta.url)));
    const [port] = (await once(thread, 'message')) as [number];
    const connection = await openRaw(`http://127.0.0.1:${port}`);
    connection.write(get('/'));
    thread.postMessage('exit');
    const [status] = (await once(thread, 'exit')) as [number];
    assert.equal(status, EXIT_STATUS);
    await waitUntil(() => connection.closed, 'the connection to be closed');
  });
});

/** The contract on node:http and ws. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrives, get, OPTIONS, reply, run, statusesOf, type Start } from './harness.ts';
import { canReusePort, startNode } from '../../../src/front/server/node.ts';
import { collectLog } from '../../support/logs.ts';
import { contract } from './contract.ts';
import { waitUntil } from '../../support/wait.ts';
import type { Exchange } from '../../../src/front/server/types.ts';

const { log } = collectLog();
const start: Start = (options, app) => startNode(options, app, log);

describe('server on node', () => {
  contract(start);

  it('answers slow heads with 408', async (t) => {
    const { raw, exchanges } = await run(t, start, reply('{}'), { requestTimeoutMs: 100 });
    const connection = await raw('GET / HTTP/1.1\r\nhost: x\r\nx-slow: ');
    await waitUntil(() => connection.closed, 'the connection to be closed');
    assert.deepEqual(statusesOf(connection), [408]);
    assert.match(connection.received, /"code":"request_timeout"/);
    assert.equal(exchanges.length, 0);
  });

  it('answers pipelined requests in their order, whichever is ready first', async (t) => {
    const waiting: Exchange[] = [];
    const { raw } = await run(t, start, (exchange) => ({
      limit: 1,
      onBody: () => void waiting.push(exchange),
      onTooLarge: () => undefined,
      onTimeout: () => undefined,
    }));
    const connection = await raw(get('/one') + get('/two'));
    await waitUntil(() => waiting.length === 2, 'both requests');
    for (const exchange of waiting.reverse()) reply(exchange.path)(exchange);
    const received = await arrives(connection, '/two');
    assert.ok(received.indexOf('/one') < received.indexOf('/two'));
  });

  it('asks for no body that it will refuse', async (t) => {
    const { raw } = await run(t, start, (exchange) => ({
      limit: 1,
      onBody: () => undefined,
      onTooLarge: () => reply('too large', 413)(exchange),
      onTimeout: () => undefined,
    }));
    const lines = ['expect: 100-continue', 'content-length: 5'];
    const connection = await raw(get('/', lines, 'POST'));
    await arrives(connection, 'too large');
    assert.deepEqual(statusesOf(connection), [413]);
  });

  it('knows which versions can share a port', () => {
    const versions = ['20.20.2', '22.11.0', '22.12.0', '23.0.0', '23.1.0', '24.0.0'];
    const able = versions.filter(canReusePort);
    assert.deepEqual(able, ['22.12.0', '23.1.0', '24.0.0']);
  });

  it('shares a port, or says what to change', async (t) => {
    const shared = { ...OPTIONS, reusePort: true };
    const app = { onRequest: reply('{}'), onUpgrade: reply('{}') };
    if (!canReusePort(process.versions.node)) {
      const message = /switchyard\.threads\.fronts/;
      await assert.rejects(start(shared, app), { code: 'invalid_config', message });
      return;
    }
    const first = await start(shared, app);
    t.after(() => first.close());
    const second = await start({ ...shared, port: first.port }, app);
    t.after(() => second.close());
    assert.equal(second.port, first.port);
  });
});

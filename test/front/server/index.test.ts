/** The choice of the server. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectLog } from '../../support/logs.ts';
import { OPTIONS, reply } from './harness.ts';
import { startServer, type Choice } from '../../../src/front/server/index.ts';
import type { Cleanup } from '../../support/temp.ts';
import type { Server } from '../../../src/front/server/types.ts';

const APP = { onRequest: reply('{}'), onUpgrade: reply('{}') };
const MESSAGE = "advice of the package\n\nError: libc.so.6: version 'GLIBC_9.99' not found";
const noBuild = (): Promise<never> => Promise.reject(new Error(MESSAGE));
const { log, lines } = collectLog('front');

async function startChosen(test: Cleanup, choice: Choice): Promise<Server> {
  lines.length = 0;
  const server = await startServer(OPTIONS, APP, log, choice);
  test.after(() => server.close());
  return server;
}

describe('choice of the server', () => {
  it('falls back to node with one line that says why', async (t) => {
    const server = await startChosen(t, { wanted: undefined, load: noBuild });
    assert.equal(server.backend, 'node');
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.['level'], 'warn');
    assert.equal(lines[0]?.['code'], 'SWY_W009');
    assert.equal(lines[0]?.['reason'], "Error: libc.so.6: version 'GLIBC_9.99' not found");
  });

  it('takes node when it is wanted, without trying the native build', async (t) => {
    const load = (): Promise<never> => assert.fail('not to be loaded');
    const server = await startChosen(t, { wanted: 'node', load });
    assert.equal(server.backend, 'node');
    assert.deepEqual(lines, []);
  });

  it('does not fall back when uws is wanted', async () => {
    const starting = startServer(OPTIONS, APP, log, { wanted: 'uws', load: noBuild });
    await assert.rejects(starting, { code: 'invalid_config', message: /GLIBC_9\.99/ });
  });

  it('refuses a server that it does not know', async () => {
    const starting = startServer(OPTIONS, APP, log, { wanted: 'nginx', load: noBuild });
    const message = 'SWITCHYARD_SERVER is uws or node, not "nginx"';
    await assert.rejects(starting, { code: 'invalid_config', message });
  });
});

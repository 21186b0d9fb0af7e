import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectLog } from '../../support/logs.ts';
import { serverChoice, startServer } from '../../../src/front/server/index.ts';
import { startWith, type StartBackend } from './start.ts';

const { log, lines } = collectLog('front');
const noNative = () => Promise.reject(new Error('GLIBC_2.38 not found\nat line 7'));

describe('which server is started', () => {
  it('falls back to node:http with one clear line', async (t) => {
    const start: StartBackend = (options, app) =>
      startServer(options, app, log, 'native', noNative);
    const { server } = await startWith(t, start, () => undefined);
    assert.equal(server.backend, 'node');
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.['code'], 'SWY_W009');
    assert.equal(lines[0]?.['reason'], 'Error: GLIBC_2.38 not found');
  });

  it('is node:http when the environment asks for it', async (t) => {
    assert.equal(serverChoice({ SWITCHYARD_SERVER: 'node' }), 'node');
    assert.equal(serverChoice({}), 'native');
    const start: StartBackend = (options, app) => startServer(options, app, log, 'node', noNative);
    const { server } = await startWith(t, start, () => undefined);
    assert.equal(server.backend, 'node');
  });
});

/** `switchyard login codex --device` (codex.md 6.3). */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { DEVICE_LIMIT_MS } from '../../src/providers/codex/oauth-device.ts';
import { writeJson } from '../credentials/support.ts';
import { ANN, CODE_PATH, POLL_PATH, startFakeAuth } from '../support/fake-auth.ts';
import { startConnectProxy } from '../support/proxies.ts';
import { waitUntil } from '../support/wait.ts';
import { cliWorld, START_MS, type CliWorld } from './support.ts';

async function setting(t: TestContext) {
  const auth = await startFakeAuth(t);
  const world = await cliWorld(t);
  world.env = auth.env;
  return { world, auth };
}

/** Waits for the pause between two questions, changes something, and lets it pass. */
async function next(world: CliWorld, pauseMs: number, change?: () => void): Promise<void> {
  await waitUntil(() => world.clock.waits.includes(pauseMs), `a pause of ${pauseMs} ms`);
  change?.();
  world.clock.advance(pauseMs);
}

describe('login by device', () => {
  for (const flags of [['login', 'codex', '--device'], ['-codex-device-login']]) {
    it(`${flags.join(' ')}: shows page and code, asks until it was entered`, async (t) => {
      const { world, auth } = await setting(t);
      const running = world.start(...flags);
      await world.line(/\/codex\/device\n\n?[^]*ABCD-EFGH/);
      for (const status of [403, 404]) {
        await next(world, 5000, () => auth.answers.set(POLL_PATH, (call) => call.json(status, {})));
      }
      await next(world, 5000, () => {
        auth.answers.delete(POLL_PATH);
        auth.deviceUser = ANN;
      });
      assert.equal(await running.ended, 0, running.error?.message);
      const [form = {}] = auth.forms();
      assert.equal(form['redirect_uri'], 'https://auth.openai.com/deviceauth/callback');
      assert.equal(form['code_verifier'], 'device-verifier');
      assert.equal(auth.polls(), 4);
      const file = await world.file('codex-1dcc0fe5-ann@example.com-plus.json');
      assert.equal(file['refresh_token'], 'refresh-of-code-1');
      assert.deepEqual(world.opened, []);
    });
  }

  for (const [interval, pauseMs] of [
    [31, 31_000],
    ['12', 12_000],
    [undefined, 5000],
    ['soon', 5000],
    [0, 5000],
    [0.001, 1000],
    [1e9, 60_000],
  ] as const) {
    it(`an interval of ${interval}: a question every ${pauseMs} ms`, async (t) => {
      const { world, auth } = await setting(t);
      auth.answers.set(CODE_PATH, (call) =>
        call.json(200, { device_auth_id: 'd1', usercode: 'ABCD-EFGH', interval }),
      );
      const running = world.start('login', 'codex', '--device');
      await next(world, pauseMs);
      await next(world, pauseMs, () => (auth.deviceUser = ANN));
      assert.equal(await running.ended, 0, running.error?.message);
    });
  }

  it('goes through the proxy of the config file', async (t) => {
    const { world, auth } = await setting(t);
    const outbound = await startConnectProxy(t);
    auth.deviceUser = ANN;
    await writeJson(world.home, 'config.yaml', {
      'auth-dir': world.authDir,
      'proxy-url': `http://127.0.0.1:${outbound.port}`,
    });
    const { code, error } = await world.run('login', 'codex', '--device');
    assert.equal(code, 0, error);
    assert.ok(outbound.requests.length > 0);
    for (const { target } of outbound.requests) {
      assert.equal(`http://${target}`, auth.server.origin);
    }
  });

  it('ends after 15 minutes', async (t) => {
    const { world, auth } = await setting(t);
    auth.answers.set(POLL_PATH, (call) => call.json(403, {}, { connection: 'close' }));
    const running = world.start('login', 'codex', '--device');
    for (let waited = 0; waited < DEVICE_LIMIT_MS; waited += 5000) await next(world, 5000);
    await running.ended;
    assert.match(running.error?.message ?? '', /within 15 minutes/);
    assert.equal(world.clock.now(), START_MS + DEVICE_LIMIT_MS);
  });

  for (const [name, path, status, body, reason] of [
    ['not available', CODE_PATH, 404, {}, /not available here: use a login with the browser/],
    ['a broken service', CODE_PATH, 503, 'later', /status 503$/],
    ['an answer without a code', CODE_PATH, 200, { device_auth_id: 'd1' }, /no code/],
    ['denied', POLL_PATH, 400, { error: 'access_denied' }, /refused: status 400: access_denied/],
    ['a grant without verifier', POLL_PATH, 200, { authorization_code: 'c' }, /no authorization/],
  ] as const) {
    it(`${name}: the login ends with the reason`, async (t) => {
      const { world, auth } = await setting(t);
      auth.answers.set(path, (call) => call.json(status, body));
      const running = world.start('login', 'codex', '--device');
      await running.ended;
      assert.equal(running.error?.code, 'login_failed');
      assert.match(running.error?.message ?? '', reason);
      await assert.rejects(readdir(world.authDir), { code: 'ENOENT' });
    });
  }
});

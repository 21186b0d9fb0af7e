/** `switchyard login codex` with the browser, and with a pasted address (codex.md 6.1). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LOGIN_LIMIT_MS, PASTE_AFTER_MS } from '../../src/cli/login-browser.ts';
import { idToken } from '../credentials/support.ts';
import { ANN, BEN, TOKEN_PATH, type Person } from '../support/fake-auth.ts';
import { waitUntil } from '../support/wait.ts';
import {
  browse,
  LISTENER,
  logIn as logInWith,
  PAGE,
  setting,
  type Setting,
} from './login-support.ts';

const ANN_FILE = 'codex-1dcc0fe5-ann@example.com-plus.json';
const LOGIN = ['login', 'codex', '--callback-port', '0'];

const logIn = (both: Setting, person: Person, ...flags: string[]) =>
  logInWith(both, person, ...LOGIN, ...flags);

describe('login with the browser', () => {
  it('saves the account and shows a page; the request is that of codex.md 6.1', async (t) => {
    const { world, auth } = await setting(t);
    const shown = await logIn({ world, auth }, ANN);
    assert.equal(shown.status, 302);
    assert.match(shown.page ?? '', /<h1>Signed in/);
    const [page = ''] = world.opened;
    const query = new URL(page).searchParams;
    assert.deepEqual([...query.keys()], [...query.keys()].sort());
    assert.match(page, /scope=openid\+email\+profile\+offline_access/);
    // The listener's own port is not in it: the address is registered.
    assert.equal(query.get('redirect_uri'), 'http://localhost:1455/auth/callback');
    assert.match(query.get('state') ?? '', /^[0-9a-f]{32}$/);
    const [form = {}] = auth.forms();
    const { code, code_verifier: verifier = '', ...fixed } = form;
    assert.equal(code, 'code-1');
    assert.equal(verifier.length, 128);
    assert.deepEqual(fixed, {
      grant_type: 'authorization_code',
      client_id: 'app_EMoamEEZ73f0CkXaXp7hrann',
      redirect_uri: 'http://localhost:1455/auth/callback',
    });
    assert.deepEqual(await world.file(ANN_FILE), {
      id_token: idToken(ANN.email, ANN.accountId, ANN.plan),
      access_token: 'access-of-code-1',
      refresh_token: 'refresh-of-code-1',
      account_id: ANN.accountId,
      last_refresh: '2026-01-01T00:00:00Z',
      email: ANN.email,
      type: 'codex',
      expired: '2026-01-11T00:00:00Z',
      disabled: false,
      websockets: true,
    });
    assert.equal((await stat(join(world.authDir, ANN_FILE))).mode & 0o777, 0o600);
    assert.match(world.text, /Added ann@example\.com \(plan plus\)/);
    assert.doesNotMatch(world.text + world.notes.join(''), /access-of|refresh-of/);
  });

  it('two logins are two accounts; --no-websockets leaves that field out', async (t) => {
    const both = await setting(t);
    await logIn(both, ANN);
    await logIn(both, BEN, '-no-websockets');
    const names = await readdir(both.world.authDir);
    assert.deepEqual(names.sort(), [ANN_FILE, 'codex-bd1217bf-ben@example.com-team.json'].sort());
    const ben = await both.world.file('codex-bd1217bf-ben@example.com-team.json');
    assert.equal('websockets' in ben, false);
  });

  for (const [shape, place] of [
    ['flat', (tokens: object) => ({ type: 'codex', email: 'Ann@Example.com', ...tokens })],
    ['nested', (tokens: object) => ({ OPENAI_API_KEY: null, tokens })],
  ] as const) {
    it(`again to the same account (${shape} file): new tokens in it, own fields stay`, async (t) => {
      const { world, auth } = await setting(t);
      await mkdir(world.authDir);
      const own = { prefix: 'team', priority: 3, proxy_url: 'direct', websockets: false, x: [1] };
      // Another plan and another name: it is the same account all the same.
      const old = { id_token: idToken(ANN.email, ANN.accountId, 'free'), access_token: 'old' };
      const file = { ...place(old), ...own, disabled: true };
      await writeFile(join(world.authDir, 'mine.json'), JSON.stringify(file, null, 4));
      await logIn({ world, auth }, ANN);
      assert.deepEqual(await readdir(world.authDir), ['mine.json']);
      const now = await world.file('mine.json');
      const tokens = (now['tokens'] ?? now) as Record<string, unknown>;
      assert.equal(tokens['access_token'], 'access-of-code-1');
      assert.equal(tokens['refresh_token'], 'refresh-of-code-1');
      assert.equal(now['expired'], '2026-01-11T00:00:00Z');
      for (const [name, value] of Object.entries(own)) assert.deepEqual(now[name], value);
      assert.equal(now['disabled'], true);
      assert.match(world.text, /Renewed the login of ann[^]*disabled: switchyard accounts enable/);
    });
  }

  it('one person in two workspaces: two accounts', async (t) => {
    const both = await setting(t);
    await logIn(both, ANN);
    await logIn(both, { ...ANN, accountId: 'acct-5678' });
    assert.equal((await readdir(both.world.authDir)).length, 2);
  });

  it('says that the page was refused, and with what words', async (t) => {
    const { world } = await setting(t);
    const running = world.start(...LOGIN);
    const state = new URL(await world.line(PAGE)).searchParams.get('state');
    const shown = await browse(world, `?error=access_denied&state=${state}`);
    assert.deepEqual([shown.status, shown.text], [400, 'OAuth error: access_denied\n']);
    await running.ended;
    assert.equal(running.error?.code, 'login_failed');
    assert.match(running.error?.message ?? '', /access_denied/);
  });

  it('ends when the state is another one', async (t) => {
    const { world, auth } = await setting(t);
    const running = world.start(...LOGIN);
    assert.equal((await browse(world, '?code=c&state=other')).status, 400);
    await running.ended;
    assert.equal(running.error?.code, 'login_failed');
    assert.match(running.error?.message ?? '', /another login/);
    assert.deepEqual(auth.forms(), []);
  });

  it('goes on after what is no answer: 400, 404, 405', async (t) => {
    const { world, auth } = await setting(t);
    const running = world.start(...LOGIN);
    const page = await world.line(PAGE);
    for (const query of ['', '?code=c', '?state=s']) {
      assert.equal((await browse(world, query)).status, 400);
    }
    assert.equal((await browse(world, '?code=c&state=s', 'POST')).status, 405);
    assert.equal((await browse(world, '/deeper')).status, 404);
    await browse(world, auth.approve(page, ANN).search);
    assert.equal(await running.ended, 0);
  });

  it('a busy port: an error of its own that names the way out', async (t) => {
    const { world } = await setting(t);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    t.after(() => taken.close());
    const { port } = taken.address() as { port: number };
    const args = ['-codex-login', '-oauth-callback-port', String(port)];
    const running = world.start(...args);
    await running.ended;
    assert.equal(running.error?.code, 'callback_port_in_use');
    assert.match(running.error?.message ?? '', new RegExp(`port ${port} .*in use.*--no-browser`));
    // Where the address is pasted anyway, it is no obstacle.
    const pasting = world.start(...args, '-no-browser');
    await world.line(/paste here/);
    world.input.end();
    await pasting.ended;
    assert.match(pasting.error?.message ?? '', /input ended/);
  });

  it('without a browser on this machine the address is enough', async (t) => {
    const { world, auth } = await setting(t);
    world.hasBrowser = false;
    await logIn({ world, auth }, ANN);
    assert.match(world.text, /No browser could be opened/);
  });

  it('ends after five minutes', async (t) => {
    const { world } = await setting(t);
    const running = world.start(...LOGIN);
    await world.line(LISTENER);
    world.clock.advance(LOGIN_LIMIT_MS);
    await running.ended;
    assert.match(running.error?.message ?? '', /five minutes/);
    assert.deepEqual(world.clock.waits, []);
  });

  it('a refused exchange: status and words of the service, nothing is saved', async (t) => {
    const { world, auth } = await setting(t);
    auth.answers.set(TOKEN_PATH, (call) =>
      call.json(403, { error: { code: 'denied', message: 'no\u001b[31m plan' } }),
    );
    const running = world.start(...LOGIN);
    await browse(world, auth.approve(await world.line(PAGE), ANN).search);
    await running.ended;
    assert.equal(running.error?.code, 'login_failed');
    assert.match(running.error?.message ?? '', /status 403: denied: no \[31m plan/);
    await assert.rejects(readdir(world.authDir), { code: 'ENOENT' });
  });

  for (const [name, status, body, reason] of [
    ['201', 201, { access_token: 'a' }, /status 201/],
    ['no token', 200, { id_token: 'x' }, /no access token/],
    ['no e-mail', 200, { access_token: 'a', id_token: 'x' }, /no e-mail/],
  ] as const) {
    it(`an exchange with ${name} is a failure`, async (t) => {
      const { world, auth } = await setting(t);
      auth.answers.set(TOKEN_PATH, (call) => call.json(status, body));
      const running = world.start(...LOGIN);
      await browse(world, auth.approve(await world.line(PAGE), ANN).search);
      await running.ended;
      assert.match(running.error?.message ?? '', reason);
    });
  }

  it('a login service that can not be reached is named', async (t) => {
    const { world, auth } = await setting(t);
    const running = world.start(...LOGIN);
    const { search } = auth.approve(await world.line(PAGE), ANN);
    await auth.server.close();
    await browse(world, search);
    await running.ended;
    assert.match(running.error?.message ?? '', /^127\.0\.0\.1:\d+ can not be reached: /);
  });
});

describe('login with a pasted address', () => {
  it('--no-browser: empty and incomplete lines are asked again', async (t) => {
    const { world, auth } = await setting(t);
    const running = world.start(...LOGIN, '--no-browser');
    const { href } = auth.approve(await world.line(PAGE), ANN);
    world.input.write('\ngarbage\n');
    await world.line(/not the whole address/);
    world.input.write(`  ${href}\n`);
    assert.equal(await running.ended, 0, running.error?.message);
    assert.deepEqual(world.opened, []);
    assert.equal((await world.file(ANN_FILE))['access_token'], 'access-of-code-1');
  });

  it('--no-browser: the listener answers as well, also after the end of the input', async (t) => {
    const { world, auth } = await setting(t);
    world.input.end();
    await logIn({ world, auth }, ANN, '--no-browser');
  });

  it('another state ends it', async (t) => {
    const { world } = await setting(t);
    const running = world.start(...LOGIN, '--no-browser');
    world.input.write('http://localhost:1455/auth/callback?code=c&state=other\n');
    await running.ended;
    assert.match(running.error?.message ?? '', /another login/);
  });

  it('is taken from a terminal after 15 seconds of waiting for the browser', async (t) => {
    const { world, auth } = await setting(t);
    world.input.isTTY = true;
    const running = world.start(...LOGIN);
    const { search } = auth.approve(await world.line(PAGE), ANN);
    await waitUntil(() => world.clock.waits.includes(PASTE_AFTER_MS), 'the timer');
    assert.doesNotMatch(world.text, /paste/);
    world.clock.advance(PASTE_AFTER_MS);
    await world.line(/Still waiting/);
    world.input.write(`${search}\n`);
    assert.equal(await running.ended, 0, running.error?.message);
  });
});

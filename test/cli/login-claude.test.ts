/** `switchyard login claude` (providers.md 7.2), and its accounts. */
import assert from 'node:assert/strict';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PROFILE_LIMIT_MS } from '../../src/providers/claude/oauth-login.ts';
import { PRODUCT_TOKEN } from '../../src/version.ts';
import { writeJson } from '../credentials/support.ts';
import { CLAUDE_TOKEN_PATH, PROFILE_PATH, type Person } from '../support/fake-auth.ts';
import { inOrder, type UpstreamHandler } from '../support/fake-upstream.ts';
import { waitUntil } from '../support/wait.ts';
import { browse, logIn, PAGE, setting } from './login-support.ts';

const EVE: Person = {
  email: 'eve@example.com',
  accountId: 'u-1',
  plan: '',
  organization: { uuid: 'o-1', name: 'Acme' },
};
const EVE_FILE = 'claude-eve@example.com.json';
const LOGIN = ['login', 'claude', '--callback-port', '0'];

/** What a login writes into any file, and into a new one. */
const RENEWED = {
  type: 'claude',
  access_token: 'sk-ant-oat01-code-1',
  refresh_token: 'sk-ant-ort01-code-1',
  last_refresh: '2026-01-01T00:00:00Z',
  expired: '2026-01-01T08:00:00Z',
  email: 'eve@example.com',
  account_uuid: 'u-1',
  organization_uuid: 'o-1',
  organization_name: 'Acme',
};
const NEW_FILE = { ...RENEWED, id_token: '' };

describe('login to a Claude account with the browser', () => {
  it('saves the account and shows a page; no secret is told', async (t) => {
    const { world, auth } = await setting(t);
    const shown = await logIn({ world, auth }, EVE, ...LOGIN);
    assert.equal(shown.status, 302);
    assert.match(shown.page ?? '', /<h1>Signed in/);
    assert.deepEqual(await world.file(EVE_FILE), NEW_FILE);
    assert.equal((await stat(join(world.authDir, EVE_FILE))).mode & 0o777, 0o600);
    assert.match(world.text, /Added eve@example\.com \(Acme\): .*claude-eve@example\.com\.json$/);
    assert.doesNotMatch(world.text + world.notes.join(''), /sk-ant-o/);
    assert.match(world.notes.join('\n'), /a matter of its\nterms/);
  });

  it('sends what providers.md 7.2 says, under its own name', async (t) => {
    const { world, auth } = await setting(t);
    await logIn({ world, auth }, EVE, ...LOGIN);
    const page = new URL(world.opened[0] ?? '');
    const state = page.searchParams.get('state');
    assert.match(state ?? '', /^[0-9a-f]{32}$/);
    const [exchange = {}] = auth.claudeExchanges();
    const { code_verifier: verifier, ...fixed } = exchange;
    assert.equal(String(verifier).length, 128);
    // The listener's own port is not in it: the address is registered.
    assert.deepEqual(fixed, {
      grant_type: 'authorization_code',
      code: 'code-1',
      redirect_uri: 'http://localhost:54545/callback',
      client_id: '9d1c250a-e61b-44d9-88ed-5944d1962f5e',
      state,
    });
    const profile = auth.server.requests.find(({ path }) => path === PROFILE_PATH);
    assert.equal(profile?.method, 'GET');
    assert.equal(profile.headers['authorization'], 'Bearer sk-ant-oat01-code-1');
    const agents = auth.server.requests.map(({ headers }) => headers['user-agent']);
    assert.deepEqual(agents, [PRODUCT_TOKEN, PRODUCT_TOKEN]);
  });

  it('again to the same account: new tokens in its file, own fields stay', async (t) => {
    const { world, auth } = await setting(t);
    await mkdir(world.authDir);
    const own = { prefix: 'team', priority: 3, disabled: true, x: [1] };
    // Written by hand or by an older proxy: it does not name the organisation.
    const old = { type: 'claude', email: 'Eve@Example.com', access_token: 'old', ...own };
    await writeJson(world.authDir, 'mine.json', old);
    await logIn({ world, auth }, EVE, ...LOGIN);
    assert.match(world.text, /Renewed the login of eve[^]*disabled: switchyard accounts enable/);
    await logIn({ world, auth }, EVE, ...LOGIN);
    assert.deepEqual(await readdir(world.authDir), ['mine.json']);
    assert.deepEqual(await world.file('mine.json'), {
      ...RENEWED,
      access_token: 'sk-ant-oat01-code-2',
      refresh_token: 'sk-ant-ort01-code-2',
      ...own,
    });
  });

  it('one person in two organisations: two accounts', async (t) => {
    const both = await setting(t);
    await logIn(both, EVE, ...LOGIN);
    const team = { ...EVE, organization: { uuid: 'o-2', name: 'Team' } };
    await logIn(both, team, ...LOGIN);
    const second = 'claude-eve@example.com-2.json';
    assert.deepEqual((await readdir(both.world.authDir)).sort(), [second, EVE_FILE].sort());
    assert.equal((await both.world.file(second))['organization_name'], 'Team');
  });

  it('a Codex account of the same e-mail is another account', async (t) => {
    const both = await setting(t);
    await logIn(both, EVE, 'login', 'codex', '--callback-port', '0');
    await logIn(both, EVE, ...LOGIN);
    assert.equal((await readdir(both.world.authDir)).length, 2);
  });
});

describe('the profile of a Claude account', () => {
  const answering = (status: number, body: unknown): UpstreamHandler => {
    return (call) => call.json(status, body);
  };

  it('knows better than the exchange, where it has values', async (t) => {
    const { world, auth } = await setting(t);
    const known = {
      account: { email: 'new@example.com', uuid: '' },
      organization: { uuid: 'o-9' },
    };
    auth.answers.set(PROFILE_PATH, answering(200, known));
    await logIn({ world, auth }, EVE, ...LOGIN);
    assert.deepEqual(await world.file('claude-new@example.com.json'), {
      ...NEW_FILE,
      email: 'new@example.com',
      organization_uuid: 'o-9',
    });
  });

  for (const [name, status, body, reason] of [
    ['refused', 403, { error: { type: 'permission_error', message: 'no scope' } }, /403: perm.*no/],
    ['broken', 200, '<html>', undefined],
  ] as const) {
    it(`${name}: the login goes on`, async (t) => {
      const { world, auth } = await setting(t);
      auth.answers.set(PROFILE_PATH, answering(status, body));
      await logIn({ world, auth }, EVE, ...LOGIN);
      assert.deepEqual(await world.file(EVE_FILE), NEW_FILE);
      const notes = world.notes.slice(1).join('\n');
      if (reason === undefined) assert.equal(notes, '');
      else assert.match(notes, reason);
    });
  }

  it('that does not come within ten seconds is not waited for', async (t) => {
    const { world, auth } = await setting(t);
    auth.answers.set(PROFILE_PATH, () => undefined);
    const running = world.start(...LOGIN);
    await browse(world, auth.approve(await world.line(PAGE), EVE).search);
    await waitUntil(() => world.clock.waits.includes(PROFILE_LIMIT_MS), 'the question');
    world.clock.advance(PROFILE_LIMIT_MS);
    assert.equal(await running.ended, 0, running.error?.message);
    assert.match(world.notes.join('\n'), /profile could not be read: .*no answer in time/);
    assert.equal((await world.file(EVE_FILE))['account_uuid'], 'u-1');
  });
});

describe('login to a Claude account with a pasted answer', () => {
  for (const [name, paste] of [
    ['the address', (callback: URL) => callback.href],
    [
      'code#state',
      ({ searchParams }: URL) =>
        `${String(searchParams.get('code'))}#${String(searchParams.get('state'))}`,
    ],
  ] as const) {
    it(`--no-browser: ${name}`, async (t) => {
      const { world, auth } = await setting(t);
      const running = world.start(...LOGIN, '--no-browser');
      const callback = auth.approve(await world.line(PAGE), EVE);
      world.input.write(`nonsense\n ${paste(callback)} \n`);
      assert.equal(await running.ended, 0, running.error?.message);
      assert.deepEqual(world.opened, []);
      assert.match(world.text, /not the whole address/);
      assert.deepEqual(await world.file(EVE_FILE), NEW_FILE);
    });
  }

  it('another state ends it; nothing is exchanged', async (t) => {
    const { world, auth } = await setting(t);
    const running = world.start(...LOGIN, '--no-browser');
    world.input.write('code-1#other\n');
    await running.ended;
    assert.equal(running.error?.code, 'login_failed');
    assert.match(running.error?.message ?? '', /another login/);
    assert.deepEqual(auth.claudeExchanges(), []);
  });
});

describe('a login to a Claude account that fails', () => {
  for (const [name, status, body, reason] of [
    [
      'a refusal',
      400,
      { type: 'error', error: { type: 'invalid_grant', message: 'used\u001b[31m up' } },
      /^no tokens were given: status 400: invalid_grant: used \[31m up$/,
    ],
    ['no token', 200, { account: { email_address: 'a@b.c' } }, /no access token/],
    ['no e-mail', 200, { access_token: 'a' }, /no e-mail/],
  ] as const) {
    it(`${name}: said so, nothing is saved`, async (t) => {
      const { world, auth } = await setting(t);
      auth.answers.set(CLAUDE_TOKEN_PATH, (call) => call.json(status, body));
      auth.answers.set(PROFILE_PATH, (call) => call.json(200, {}));
      const running = world.start(...LOGIN);
      await browse(world, auth.approve(await world.line(PAGE), EVE).search);
      assert.equal(await running.ended, undefined);
      assert.equal(running.error?.code, 'login_failed');
      assert.match(running.error?.message ?? '', reason);
      await assert.rejects(readdir(world.authDir), { code: 'ENOENT' });
    });
  }

  it('an exchange is never sent twice: a code can be used once', async (t) => {
    const { world, auth } = await setting(t);
    auth.answers.set(
      CLAUDE_TOKEN_PATH,
      inOrder((call) => call.json(503, 'later')),
    );
    const running = world.start(...LOGIN);
    await browse(world, auth.approve(await world.line(PAGE), EVE).search);
    await running.ended;
    assert.match(running.error?.message ?? '', /status 503/);
    assert.equal(auth.claudeExchanges().length, 1);
  });

  it('the page was refused, or left for another login', async (t) => {
    const { world } = await setting(t);
    for (const [query, reason] of [
      ['?error=access_denied', /refused: access_denied/],
      ['?code=c&state=other', /another login/],
    ] as const) {
      const running = world.start(...LOGIN);
      assert.equal((await browse(world, query)).status, 400);
      await running.ended;
      assert.match(running.error?.message ?? '', reason);
    }
  });

  it('the path of another provider is none of its listener', async (t) => {
    const { world, auth } = await setting(t);
    const running = world.start(...LOGIN);
    const callback = auth.approve(await world.line(PAGE), EVE);
    assert.match(world.text, /answer on http:\/\/localhost:\d+\/callback$/m);
    assert.equal((await browse(world, `/../auth/callback${callback.search}`)).status, 404);
    await browse(world, callback.search);
    assert.equal(await running.ended, 0);
  });
});

describe('Claude accounts in the list', () => {
  const pool = async (t: TestContext) => {
    const both = await setting(t);
    await logIn(both, EVE, ...LOGIN);
    return both.world;
  };

  it('stand there with the end of their token, and are disabled, enabled and removed', async (t) => {
    const world = await pool(t);
    const { text } = await world.run('accounts');
    assert.match(text, /^eve@example\.com +claude +- +ready +- +ends in 8h +claude-eve/m);
    assert.equal((await world.run('accounts', 'disable', 'eve@example.com')).code, 0);
    assert.equal((await world.file(EVE_FILE))['disabled'], true);
    assert.match((await world.run('accounts')).text, / disabled /);
    assert.equal((await world.run('accounts', 'enable', 'claude-eve')).code, 0);
    assert.equal((await world.run('accounts', 'remove', EVE_FILE, '--yes')).code, 0);
    assert.deepEqual(await readdir(world.authDir), []);
  });

  it('an e-mail that is also that of a Codex account fits both: their files are named', async (t) => {
    const world = await pool(t);
    const codex = { type: 'codex', access_token: 'A', email: EVE.email };
    await writeJson(world.authDir, 'codex-eve.json', codex);
    const { error } = await world.run('accounts', 'disable', EVE.email);
    assert.match(error, /several accounts .*: claude-eve@example\.com\.json, codex-eve\.json$/);
  });
});

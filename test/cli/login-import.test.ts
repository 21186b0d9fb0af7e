/** `switchyard login import` (codex.md 6.8). */
import assert from 'node:assert/strict';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { idToken, jwt, writeJson } from '../credentials/support.ts';
import { cliWorld, type CliWorld, type Fields } from './support.ts';

const ANN_FILE = 'codex-1dcc0fe5-ann@example.com-plus.json';

const TOKENS = {
  id_token: idToken('ann@example.com', 'acct-1234', 'plus'),
  access_token: jwt({ exp: 1_768_000_000 }),
  refresh_token: 'R1',
};

const CLI = { OPENAI_API_KEY: null, tokens: TOKENS, last_refresh: '2026-01-01T00:00:00.5Z' };

async function withCodexHome(t: TestContext, file: unknown): Promise<CliWorld> {
  const world = await cliWorld(t);
  await mkdir(join(world.home, '.codex'));
  await writeJson(join(world.home, '.codex'), 'auth.json', file);
  return world;
}

async function folder(world: CliWorld, files: Record<string, unknown>): Promise<string> {
  const path = join(world.home, 'their auth');
  await mkdir(path);
  for (const [name, file] of Object.entries(files)) {
    if (typeof file === 'string') await writeFile(join(path, name), file);
    else await writeJson(path, name, file);
  }
  return path;
}

describe('import of the Codex CLI', () => {
  it('~/.codex/auth.json becomes a flat file; the shared token is warned of', async (t) => {
    const world = await withCodexHome(t, CLI);
    const { code, text } = await world.run('login', 'import');
    assert.equal(code, 0);
    assert.match(text, /^Added auth\.json: .*codex-1dcc0fe5-ann@example\.com-plus\.json$/);
    assert.match(world.notes.join('\n'), /refresh_token_reused[^]*switchyard login codex/);
    assert.deepEqual(await world.file(ANN_FILE), {
      ...TOKENS,
      account_id: 'acct-1234',
      last_refresh: '2026-01-01T00:00:00Z',
      email: 'ann@example.com',
      type: 'codex',
      expired: '2026-01-09T23:06:40Z',
      disabled: false,
      websockets: true,
    });
    assert.equal((await stat(join(world.authDir, ANN_FILE))).mode & 0o777, 0o600);
  });

  it('$CODEX_HOME and a path given by hand lead to it as well', async (t) => {
    const world = await cliWorld(t);
    world.env['CODEX_HOME'] = join(world.home, 'other');
    await mkdir(join(world.home, 'other'));
    await writeJson(join(world.home, 'other'), 'auth.json', CLI);
    assert.equal((await world.run('login', 'import', '--no-websockets')).code, 0);
    assert.equal('websockets' in (await world.file(ANN_FILE)), false);
    const again = await world.run('login', 'import', 'other/auth.json');
    assert.match(again.text, /^Nothing newer in auth\.json/);
  });

  it('an access token without an end: the field stays empty, so it is refreshed at once', async (t) => {
    const tokens = { ...TOKENS, access_token: 'opaque' };
    const world = await withCodexHome(t, { tokens });
    await world.run('login', 'import');
    const file = await world.file(ANN_FILE);
    assert.deepEqual([file['expired'], file['last_refresh']], ['', '']);
  });

  it('again: newer tokens are taken over, own fields stay; used ones are not', async (t) => {
    const world = await withCodexHome(t, CLI);
    await world.run('login', 'import');
    const path = join(world.authDir, ANN_FILE);
    const own = { prefix: 'a', websockets: false };
    // As a proxy has refreshed it: the Codex CLI's refresh token is spent.
    const refreshed = { refresh_token: 'R2', last_refresh: '2026-01-05T00:00:00Z', ...own };
    await writeFile(path, JSON.stringify({ ...(await world.file(ANN_FILE)), ...refreshed }));
    assert.match((await world.run('login', 'import')).text, /^Nothing newer/);
    assert.equal((await world.file(ANN_FILE))['refresh_token'], 'R2');
    assert.deepEqual(world.notes, []);
    const tokens = { ...TOKENS, access_token: 'opaque', refresh_token: 'R3' };
    const next = { tokens, last_refresh: '2026-01-06T00:00:00Z' };
    await writeJson(join(world.home, '.codex'), 'auth.json', next);
    assert.match((await world.run('login', 'import')).text, /^Renewed from auth\.json/);
    const file = await world.file(ANN_FILE);
    assert.equal(file['refresh_token'], 'R3');
    assert.equal(file['expired'], '', 'the end of the old token is not that of the new one');
    assert.deepEqual({ prefix: file['prefix'], websockets: file['websockets'] }, own);
  });

  it('only an API key: an entry for the config file, the key is not shown', async (t) => {
    const key = 'sk-test-0123456789abcdef';
    const world = await withCodexHome(t, { OPENAI_API_KEY: key });
    const { code, text } = await world.run('login', 'import');
    assert.equal(code, 0);
    assert.match(text, /codex-api-key:\n {2}- api-key: "sk-t\.\.\.cdef"[^]*base-url: "https/);
    assert.doesNotMatch(text, /0123456789/);
    await assert.rejects(readdir(world.authDir), { code: 'ENOENT' });
  });

  const WRONG: [name: string, file: unknown, reason: RegExp][] = [
    ['nothing in it', {}, /^Skipped auth\.json: has neither tokens nor an API key$/],
    ['tokens of nobody', { tokens: { access_token: 'a' } }, /names neither account nor e-mail/],
    ['flat without a type', { access_token: 'a', email: 'a@b.c' }, /has no type/],
    ['another provider', { type: 'gemini', access_token: 'a' }, /type gemini is not supported/],
    ['no object', [], /does not hold a JSON object/],
  ];
  for (const [name, file, reason] of WRONG) {
    it(`${name}: skipped with the reason, code 1`, async (t) => {
      const world = await withCodexHome(t, file);
      assert.equal((await world.run('login', 'import')).code, 1);
      assert.match(world.notes.join('\n'), reason);
      await assert.rejects(readdir(world.authDir), { code: 'ENOENT' });
    });
  }

  it('no such file: said with its path', async (t) => {
    const world = await cliWorld(t);
    const { error } = await world.run('login', 'import');
    assert.match(error, /\.codex\/auth\.json: there is no such file$/);
  });
});

/** A file of a Claude account, as a login writes it; and with a setting of its owner. */
const LOGGED_IN = {
  type: 'claude',
  access_token: 'sk-ant-oat01-1',
  refresh_token: 'sk-ant-ort01-1',
  last_refresh: '2026-01-01T00:00:00Z',
  expired: '2026-01-01T08:00:00Z',
  email: 'eve@example.com',
  account_uuid: 'u-1',
  organization_uuid: 'o-1',
  organization_name: 'Acme',
  id_token: '',
};
const EVE = { ...LOGGED_IN, prefix: 'eve' };

describe('import of Claude Code', () => {
  const LOGIN = {
    accessToken: 'sk-ant-oat01-1',
    refreshToken: 'sk-ant-ort01-1',
    expiresAt: Date.UTC(2026, 0, 1, 8),
    scopes: ['user:inference', 'user:profile'],
    subscriptionType: 'max',
  };
  const PROFILE = {
    numStartups: 7,
    oauthAccount: {
      emailAddress: 'eve@example.com',
      accountUuid: 'u-1',
      organizationUuid: 'o-1',
      organizationName: 'Acme',
    },
  };
  const EVE_FILE = 'claude-eve@example.com.json';
  // When it was refreshed last is not known.
  const IMPORTED = { ...LOGGED_IN, last_refresh: '' };

  /** `.claude.json` stands in the home, or in the folder that CLAUDE_CONFIG_DIR names. */
  async function claudeHome(t: TestContext, profile: unknown, inside = false): Promise<CliWorld> {
    const world = await cliWorld(t);
    const path = join(world.home, '.claude');
    await mkdir(path);
    await writeJson(path, '.credentials.json', { claudeAiOauth: LOGIN });
    if (profile !== undefined) {
      await writeJson(inside ? path : world.home, '.claude.json', profile);
    }
    return world;
  }
  const IMPORT = ['login', 'import', '.claude/.credentials.json'];

  for (const inside of [false, true]) {
    it(`its tokens and its account, named ${inside ? 'beside' : 'above'} it`, async (t) => {
      const world = await claudeHome(t, PROFILE, inside);
      const { code, text } = await world.run(...IMPORT);
      assert.equal(code, 0, world.notes.join('\n'));
      assert.match(text, /^Added \.credentials\.json: .*claude-eve@example\.com\.json$/);
      assert.match(world.notes.join('\n'), /now shared[^]*switchyard login claude/);
      assert.deepEqual(await world.file(EVE_FILE), IMPORTED);
      assert.equal((await stat(join(world.authDir, EVE_FILE))).mode & 0o777, 0o600);
    });
  }

  it('again: tokens that end later are taken over, own fields stay; others are not', async (t) => {
    const world = await claudeHome(t, PROFILE);
    await world.run(...IMPORT);
    assert.match((await world.run(...IMPORT)).text, /^Nothing newer/);
    // As a proxy has refreshed it.
    const refreshed = {
      ...EVE,
      refresh_token: 'sk-ant-ort01-2',
      last_refresh: '2026-01-01T05:00:00Z',
      expired: '2026-01-01T13:00:00Z',
    };
    await writeJson(world.authDir, EVE_FILE, refreshed);
    assert.match((await world.run(...IMPORT)).text, /^Nothing newer/);
    assert.deepEqual(await world.file(EVE_FILE), refreshed);
    const next = { ...LOGIN, refreshToken: 'sk-ant-ort01-3', expiresAt: Date.UTC(2026, 0, 2) };
    await writeJson(join(world.home, '.claude'), '.credentials.json', { claudeAiOauth: next });
    assert.match((await world.run(...IMPORT)).text, /^Renewed from/);
    const file = await world.file(EVE_FILE);
    assert.deepEqual(
      [file['refresh_token'], file['expired'], file['prefix']],
      ['sk-ant-ort01-3', '2026-01-02T00:00:00Z', 'eve'],
    );
  });

  for (const [name, profile] of [
    ['nobody', undefined],
    ['nobody in it', { numStartups: 1 }],
    ['a list', []],
  ] as const) {
    it(`a login of which ${name} says whose it is: skipped, with the way out`, async (t) => {
      const world = await claudeHome(t, profile);
      assert.equal((await world.run(...IMPORT)).code, 1);
      assert.match(world.notes.join('\n'), /^Skipped \S+(?: does|: it names neither)/);
      await assert.rejects(readdir(world.authDir), { code: 'ENOENT' });
    });
  }

  it('without tokens: skipped', async (t) => {
    const world = await claudeHome(t, PROFILE);
    const empty = { claudeAiOauth: { accessToken: '', refreshToken: null } };
    await writeJson(join(world.home, '.claude'), '.credentials.json', empty);
    assert.equal((await world.run(...IMPORT)).code, 1);
    assert.match(world.notes.join('\n'), /neither tokens nor an API key/);
  });
});

describe('import of a folder', () => {
  const flat = (name: string, more: Fields = {}): Fields => ({
    type: 'codex',
    email: `${name}@example.com`,
    account_id: `acct-${name}`,
    access_token: `A-${name}`,
    refresh_token: `R-${name}`,
    expired: '2026-02-01T00:00:00Z',
    last_refresh: '2026-01-01T00:00:00Z',
    ...more,
  });

  it('copies what is known, updates what is there, reports the rest', async (t) => {
    const world = await cliWorld(t);
    const own = { prefix: 'x', 'proxy-url': 'direct', custom: { a: [1] } };
    const path = await folder(world, {
      'a.json': flat('a', own),
      'b.json': flat('b', { disabled: true }),
      'c.json': CLI,
      'eve.json': EVE,
      'gemini-x.json': { type: 'gemini', access_token: 'z' },
      'broken.json': '{',
      'key.json': { type: 'codex', api_key: 'k-1', base_url: 'https://x.test/v1' },
      'notes.txt': 'no',
    });
    await mkdir(world.authDir);
    const mine = flat('b', { access_token: 'old', refresh_token: 'old', prefix: 'mine' });
    await writeJson(world.authDir, 'other-name.json', { ...mine, last_refresh: '' });
    // A name that another account has already.
    await writeJson(world.authDir, 'a.json', flat('z'));
    const { code, text } = await world.run('login', 'import', path);
    assert.equal(code, 0);
    assert.deepEqual((await readdir(world.authDir)).sort(), [
      'a-2.json',
      'a.json',
      ANN_FILE,
      'eve.json',
      'key.json',
      'other-name.json',
    ]);
    assert.deepEqual(await world.file('a-2.json'), {
      id_token: '',
      ...flat('a', own),
      disabled: false,
    });
    const updated = await world.file('other-name.json');
    assert.deepEqual([updated['refresh_token'], updated['prefix']], ['R-b', 'mine']);
    assert.deepEqual(await world.file('key.json'), {
      type: 'codex',
      api_key: 'k-1',
      base_url: 'https://x.test/v1',
    });
    const notes = world.notes.join('\n');
    assert.match(notes, /Skipped .*broken\.json is not valid JSON/);
    assert.match(notes, /Skipped gemini-x\.json: type gemini is not supported yet/);
    assert.equal(text.split('\n').length, 5, text);
    assert.deepEqual(await world.file('eve.json'), EVE);
    const again = await world.run('login', 'import', path);
    assert.match(again.text, /^(Nothing newer in \S+: \S+\n?){5}$/);
  });

  it('auth-dir itself, and a folder without files: said so', async (t) => {
    const world = await cliWorld(t);
    await mkdir(world.authDir);
    const { error } = await world.run('login', 'import', world.authDir);
    assert.match(error, /is auth-dir itself/);
    const empty = await folder(world, {});
    assert.equal((await world.run('login', 'import', empty)).code, 1);
    assert.match(world.notes.join('\n'), /has no \*\.json files/);
  });
});

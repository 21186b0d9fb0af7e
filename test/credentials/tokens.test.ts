import assert from 'node:assert/strict';
import { chmod, lstat, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readTokens, writeTokenFields } from '../../src/credentials/tokens.ts';
import { tempDir } from '../support/temp.ts';
import { idToken, jwt, writeJson } from './support.ts';

const T = Date.UTC(2026, 7, 20, 10, 0, 0);

const FLAT = {
  type: 'codex',
  email: 'ann@example.com',
  account_id: 'acct-1',
  id_token: 'h.p.s',
  access_token: 'A1',
  refresh_token: 'R1',
  last_refresh: '2026-08-20T10:00:00Z',
  expired: '2026-08-20T11:00:00Z',
  note: 'mine',
};

describe('readTokens', () => {
  it('config 10.3: the flat shape', async (t) => {
    const path = await writeJson(await tempDir(t), 'a.json', FLAT);
    assert.deepEqual(await readTokens(path), {
      accessToken: 'A1',
      refreshToken: 'R1',
      idToken: 'h.p.s',
      accountId: 'acct-1',
      apiKey: '',
      expiresAtMs: T + 3_600_000,
      lastRefreshMs: T,
    });
  });

  it('codex 6.8: the Codex CLI shape, expiry and account out of the tokens', async (t) => {
    const access = jwt({ exp: 1_900_000_000 });
    const path = await writeJson(await tempDir(t), 'auth.json', {
      OPENAI_API_KEY: null,
      tokens: {
        id_token: idToken('ann@example.com', 'acct-9', 'plus'),
        access_token: access,
        refresh_token: 'R1',
      },
      last_refresh: '2026-08-20T10:00:00.123456Z',
    });
    const tokens = await readTokens(path);
    assert.equal(tokens.accessToken, access);
    assert.equal(tokens.accountId, 'acct-9');
    assert.equal(tokens.expiresAtMs, 1_900_000_000_000);
    assert.equal(tokens.lastRefreshMs, T + 123);
  });

  it('an opaque token without expiry has none', async (t) => {
    const path = await writeJson(await tempDir(t), 'a.json', { access_token: 'A1' });
    assert.equal((await readTokens(path)).expiresAtMs, undefined);
  });

  it('an API key file', async (t) => {
    const path = await writeJson(await tempDir(t), 'a.json', { type: 'codex', 'api-key': 'K' });
    assert.equal((await readTokens(path)).apiKey, 'K');
  });

  it('errors name the file and never its content', async (t) => {
    const dir = await tempDir(t);
    const bad = join(dir, 'bad.json');
    await writeFile(bad, '{"access_token": "secret", oops');
    await assert.rejects(readTokens(bad), {
      code: 'credential_file_failed',
      message: `${bad} is not valid JSON`,
      cause: undefined,
    });
    await assert.rejects(readTokens(join(dir, 'none.json')), {
      code: 'credential_file_failed',
      message: /none\.json can not be read \(ENOENT\)$/,
    });
    await assert.rejects(readTokens(dir), { message: /is not a file/ });
  });

  it('refuses a file above the limit', async (t) => {
    const path = join(await tempDir(t), 'big.json');
    await writeFile(path, JSON.stringify({ note: 'x'.repeat(1024 * 1024) }));
    await assert.rejects(readTokens(path), { message: /larger than 1 MiB/ });
  });
});

describe('writeTokenFields', () => {
  it('codex 111: changes what the answer had, keeps everything else', async (t) => {
    const path = await writeJson(await tempDir(t), 'a.json', FLAT);
    const changed = await writeTokenFields(path, {
      accessToken: 'A2',
      refreshToken: '',
      idToken: undefined,
      expiresAtMs: T + 7_200_000,
    });
    assert.equal(changed, true);
    const now: unknown = JSON.parse(await readFile(path, 'utf8'));
    assert.deepEqual(now, { ...FLAT, access_token: 'A2', expired: '2026-08-20T12:00:00Z' });
  });

  it('keeps indent, order, final newline and sets mode 0600', async (t) => {
    const path = join(await tempDir(t), 'a.json');
    await writeFile(
      path,
      '{\n    "b": 1,\n    "access_token": "A1",\n    "a": [\n        2\n    ]\n}\n',
    );
    await chmod(path, 0o644);
    await writeTokenFields(path, { accessToken: 'A2' });
    const expected = '{\n    "b": 1,\n    "access_token": "A2",\n    "a": [\n        2\n    ]\n}\n';
    assert.equal(await readFile(path, 'utf8'), expected);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('codex 6.8: writes below tokens in the Codex CLI shape', async (t) => {
    const file = {
      OPENAI_API_KEY: null,
      tokens: { access_token: 'A1', refresh_token: 'R1', x: 1 },
    };
    const path = await writeJson(await tempDir(t), 'auth.json', file);
    await writeTokenFields(path, { accessToken: 'A2', accountId: 'acct-1', lastRefreshMs: T });
    assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), {
      OPENAI_API_KEY: null,
      tokens: { access_token: 'A2', refresh_token: 'R1', x: 1, account_id: 'acct-1' },
      last_refresh: '2026-08-20T10:00:00Z',
    });
  });

  it('config 10.4: equal content leaves the file alone', async (t) => {
    const path = await writeJson(await tempDir(t), 'a.json', FLAT);
    const before = await stat(path);
    assert.equal(
      await writeTokenFields(path, { accessToken: 'A1', expiresAtMs: T + 3_600_000 }),
      false,
    );
    assert.equal((await stat(path)).ino, before.ino);
  });

  it('takes over what the user changed since the tokens were read', async (t) => {
    const dir = await tempDir(t);
    const path = await writeJson(dir, 'a.json', FLAT);
    await readTokens(path);
    await writeJson(dir, 'a.json', { ...FLAT, note: 'edited', priority: 4 });
    await writeTokenFields(path, { accessToken: 'A2' });
    const now: unknown = JSON.parse(await readFile(path, 'utf8'));
    assert.deepEqual(now, { ...FLAT, note: 'edited', priority: 4, access_token: 'A2' });
  });

  it('writers that race do not lose each other’s fields and leave no other file', async (t) => {
    const dir = await tempDir(t);
    const path = await writeJson(dir, 'a.json', FLAT);
    await Promise.all([
      writeTokenFields(path, { accessToken: 'A2' }),
      writeTokenFields(path, { refreshToken: 'R2' }),
      writeTokenFields(path, { idToken: 'x.y.z' }),
      writeTokenFields(path, { email: 'new@example.com' }),
    ]);
    assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), {
      ...FLAT,
      access_token: 'A2',
      refresh_token: 'R2',
      id_token: 'x.y.z',
      email: 'new@example.com',
    });
    assert.deepEqual(await readdir(dir), ['a.json']);
  });

  it('a failed write does not stop the next one', async (t) => {
    const dir = await tempDir(t);
    const path = join(dir, 'a.json');
    const first = writeTokenFields(path, { accessToken: 'A2' });
    await assert.rejects(first, { code: 'credential_file_failed', message: /ENOENT/ });
    await writeJson(dir, 'a.json', FLAT);
    assert.equal(await writeTokenFields(path, { accessToken: 'A2' }), true);
  });

  it('config 10.4: a file that is gone is not made again', async (t) => {
    const dir = await tempDir(t);
    await assert.rejects(writeTokenFields(join(dir, 'a.json'), { accessToken: 'A2' }));
    assert.deepEqual(await readdir(dir), []);
  });

  it('a symbolic link stays one', async (t) => {
    const dir = await tempDir(t);
    const target = await writeJson(dir, 'real.json', FLAT);
    const link = join(dir, 'link.json');
    await symlink(target, link);
    await writeTokenFields(link, { accessToken: 'A2' });
    assert.equal((await lstat(link)).isSymbolicLink(), true);
    assert.match(await readFile(target, 'utf8'), /"A2"/);
  });
});

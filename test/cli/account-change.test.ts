/** `switchyard accounts` and `enable`, `disable`, `remove` on real files, without a proxy. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { writeJson } from '../credentials/support.ts';
import { cliWorld, type CliWorld } from './support.ts';

const KEY = 'sk-config-0123456789';

async function pool(t: TestContext): Promise<CliWorld> {
  const world = await cliWorld(t);
  await mkdir(world.authDir);
  for (const name of ['ann', 'anton']) {
    const file = { type: 'codex', access_token: `A-${name}`, email: `${name}@example.com` };
    await writeJson(world.authDir, `codex-${name}.json`, file);
  }
  await writeFile(join(world.authDir, 'broken.json'), '{');
  const entry = { 'api-key': KEY, 'base-url': 'https://api.example.com/v1' };
  await writeJson(world.home, 'config.yaml', {
    'auth-dir': world.authDir,
    'codex-api-key': [entry],
  });
  return world;
}

describe('accounts', () => {
  it('without any: says how to add one', async (t) => {
    const world = await cliWorld(t);
    assert.match(
      (await world.run('accounts')).text,
      /^No accounts in .*switchyard login codex\|claude$/,
    );
    assert.equal((await world.run('accounts', '--json')).text, '[]');
  });

  it('lists files and config entries; names files that are of no use; tells no secret', async (t) => {
    const world = await pool(t);
    const { text } = await world.run('accounts');
    const lines = text.split('\n').slice(1);
    assert.match(lines[0] ?? '', /^codex-apikey .*codex-api-key\[0\]$/);
    assert.match(lines[1] ?? '', /^ann@example\.com .* ready .*codex-ann\.json$/);
    assert.equal(lines.length, 3);
    assert.match(world.notes.join('\n'), /^Not usable: broken\.json: .*not valid JSON$/);
    const json = (await world.run('accounts', '-json')).text;
    assert.doesNotMatch(text + json, /A-ann|sk-config/);
    const list = JSON.parse(json) as Record<string, unknown>[];
    assert.deepEqual(
      list.map(({ status, source }) => [status, source]),
      [
        ['ready', 'codex-api-key[0]'],
        ['ready', 'codex-ann.json'],
        ['ready', 'codex-anton.json'],
      ],
    );
  });
});

describe('changes of accounts', () => {
  it('disable and enable write one field; the rest and the layout stay', async (t) => {
    const world = await pool(t);
    const path = join(world.authDir, 'codex-ann.json');
    const before = '{\n\t"type": "codex",\n\t"access_token": "A", "x": {"y": 1}\n}\n';
    await writeFile(path, before);
    const first = await world.run('accounts', 'disable', 'codex-ann');
    assert.match(first.text, /^disabled: codex \(codex-ann\.json\)$/);
    const expected =
      '{\n\t"type": "codex",\n\t"access_token": "A",\n\t"x": {\n\t\t"y": 1\n\t},\n\t"disabled": true\n}\n';
    assert.equal(await readFile(path, 'utf8'), expected);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.match((await world.run('accounts', 'disable', 'codex-ann')).text, /^Already disabled/);
    await world.run('accounts', 'enable', 'codex-ann.json');
    assert.equal(await readFile(path, 'utf8'), expected.replace('true', 'false'));
    assert.match((await world.run('accounts', 'enable', 'codex-ann')).text, /^Already enabled/);
  });

  for (const name of [
    'ann@example.com',
    'ANN@EXAMPLE.COM',
    'codex-ann.json',
    'codex-ann',
    'ann@',
  ]) {
    it(`${name} is one account`, async (t) => {
      const world = await pool(t);
      assert.equal((await world.run('accounts', 'disable', name)).code, 0);
      assert.equal((await world.file('codex-ann.json'))['disabled'], true);
    });
  }

  for (const [name, reason] of [
    ['an', /^several accounts fit an; there are: codex-ann\.json, codex-anton\.json$/],
    ['zoe', /^no account fits zoe; there are: codex-api-key\[0\], codex-ann\.json, codex-anton/],
    ['codex-apikey', /^codex-apikey is the entry codex-api-key\[0\] of the config file/],
    ['codex-api-key[0]', /is the entry codex-api-key\[0\] of the config file/],
  ] as const) {
    it(`${name}: refused with the choice`, async (t) => {
      const world = await pool(t);
      for (const action of ['enable', 'disable', 'remove']) {
        const { code, error } = await world.run('accounts', action, name);
        assert.equal(code, undefined);
        assert.match(error, reason);
      }
      assert.equal((await readdir(world.authDir)).length, 3);
    });
  }

  it('remove wants --yes from a person, not from a script', async (t) => {
    const world = await pool(t);
    world.input.isTTY = true;
    const refused = await world.run('accounts', 'remove', 'ann@example.com');
    assert.match(refused.error, /deletes the login in .*--yes/);
    assert.equal((await readdir(world.authDir)).length, 3);
    await world.run('accounts', 'remove', 'ann@example.com', '--yes');
    world.input.isTTY = false;
    await world.run('accounts', 'remove', 'anton@example.com');
    assert.deepEqual(await readdir(world.authDir), ['broken.json']);
  });
});

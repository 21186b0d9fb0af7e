import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { addFile, fileOf, saveAccount, type AccountFile } from '../../src/credentials/accounts.ts';
import { likeness, type AccountIdentity } from '../../src/credentials/identity.ts';
import { updateFile } from '../../src/credentials/update-file.ts';
import { tempDir } from '../support/temp.ts';
import { idToken, writeJson } from './support.ts';

const who = (accountId: string, email: string): AccountIdentity => ({ accountId, email });

describe('one account or two', () => {
  const CASES: [one: AccountIdentity, other: AccountIdentity, rate: 0 | 1 | 2][] = [
    [who('a', 'x@y.z'), who('a', 'X@Y.Z'), 2],
    [who('a', 'x@y.z'), who('b', 'x@y.z'), 0],
    // Members of one team share its account id.
    [who('a', 'x@y.z'), who('a', 'other@y.z'), 0],
    [who('', 'x@y.z'), who('a', 'x@y.z'), 1],
    [who('a', ''), who('a', 'x@y.z'), 1],
    [who('', 'x@y.z'), who('a', ''), 0],
    [who('', ''), who('', ''), 0],
  ];
  for (const [one, other, rate] of CASES) {
    it(`${JSON.stringify(one)} and ${JSON.stringify(other)}: ${rate}`, () => {
      assert.equal(likeness(one, other), rate);
      assert.equal(likeness(other, one), rate);
    });
  }

  const file = (name: string, fields: Record<string, unknown>): AccountFile => ({
    name,
    path: name,
    fields: { type: 'codex', access_token: 'A', ...fields },
  });

  it('the sure file is taken, else the only possible one; keys and other types never', () => {
    const sure = file('sure', { id_token: idToken('x@y.z', 'a', 'plus') });
    const possible = file('possible', { email: 'x@y.z' });
    const key = file('key', { email: 'x@y.z', api_key: 'k' });
    const other = file('other', { email: 'x@y.z', type: 'claude' });
    const find = (...files: AccountFile[]) => fileOf(files, 'codex', who('a', 'x@y.z'))?.name;
    assert.equal(find(possible, sure), 'sure');
    assert.equal(find(key, other, possible), 'possible');
    assert.equal(find(possible, { ...possible, name: 'second' }), undefined);
    assert.equal(find(key, other), undefined);
  });

  it('Claude accounts are told apart by organisation and e-mail', () => {
    const claude = (name: string, fields: Record<string, unknown>): AccountFile =>
      file(name, { type: 'claude', email: 'x@y.z', ...fields });
    const team = claude('team', { organization_uuid: 'o-1' });
    const find = (...files: AccountFile[]) => fileOf(files, 'claude', who('o-1', 'x@y.z'))?.name;
    assert.equal(find(claude('unknown', {}), team), 'team');
    assert.equal(find(claude('unknown', {})), 'unknown');
    assert.equal(find(claude('own', { organization_uuid: 'o-2' })), undefined);
    assert.equal(find(file('codex', { account_id: 'o-1', email: 'x@y.z' })), undefined);
  });
});

describe('files of accounts', () => {
  it('no file is replaced by a new one: the name gets a number', async (t) => {
    const dir = await tempDir(t);
    await writeFile(join(dir, 'a.json'), 'broken');
    assert.equal((await addFile(dir, 'a.json', { x: 1 })).name, 'a-2.json');
    assert.equal((await addFile(dir, 'a.json', { x: 1 })).name, 'a-3.json');
    assert.equal(await readFile(join(dir, 'a.json'), 'utf8'), 'broken');
    assert.equal((await readdir(dir)).length, 3, 'nothing is left beside them');
  });

  it('a file that is damaged is in the way of nobody', async (t) => {
    const dir = await tempDir(t);
    await writeFile(join(dir, 'broken.json'), '{');
    const tokens = { accessToken: 'A', accountId: 'a', email: 'x@y.z' };
    const saved = await saveAccount(dir, {
      provider: 'codex',
      tokens,
      own: {},
      onlyIfNewer: false,
    });
    assert.deepEqual([saved.outcome, saved.disabled], ['added', false]);
  });

  it('tokens that a proxy writes at the same moment are not undone', async (t) => {
    const dir = await tempDir(t);
    const path = await writeJson(dir, 'a.json', { access_token: 'A1', refresh_token: 'R1' });
    let tries = 0;
    const changed = await updateFile(path, (fields) => {
      tries += 1;
      const refreshed = { access_token: 'A2', refresh_token: 'R2' };
      if (tries === 1) writeFileSync(path, JSON.stringify(refreshed));
      return { ...fields, disabled: true };
    });
    assert.deepEqual([changed, tries], [true, 2]);
    const file = JSON.parse(await readFile(path, 'utf8')) as unknown;
    assert.deepEqual(file, { access_token: 'A2', refresh_token: 'R2', disabled: true });
  });

  it('a program that never stops writing is named, not fought', async (t) => {
    const path = await writeJson(await tempDir(t), 'a.json', { n: 0 });
    let tries = 0;
    const fight = updateFile(path, (fields) => {
      writeFileSync(path, JSON.stringify({ n: (tries += 1) }));
      return { ...fields, disabled: true };
    });
    await assert.rejects(fight, { code: 'credential_file_failed', message: /another program/ });
    assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), { n: tries });
  });
});

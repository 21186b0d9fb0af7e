/** `switchyard login import` of service accounts (providers.md 3.1). */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeJson } from '../credentials/support.ts';
import { cliWorld, type CliWorld, type Fields } from './support.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const EMAIL = 'svc@acme-1.iam.gserviceaccount.com';

/** As Google hands it out. */
const KEY = {
  type: 'service_account',
  project_id: 'acme-1',
  private_key_id: 'kid-1',
  private_key: PEM,
  client_email: EMAIL,
  token_uri: 'https://oauth2.googleapis.com/token',
};

const FILE = {
  type: 'vertex',
  project_id: 'acme-1',
  email: EMAIL,
  location: 'us-central1',
  service_account: KEY,
};

/** Writes a file into the home and imports it. */
async function imported(world: CliWorld, file: unknown, ...flags: string[]) {
  await writeJson(world.home, 'key.json', file);
  return world.run('login', 'import', 'key.json', ...flags);
}

describe('import of a service account', () => {
  it('a key of Google becomes a credential file, which serves', async (t) => {
    const world = await cliWorld(t);
    const { code, text } = await imported(world, KEY);
    assert.equal(code, 0);
    assert.match(text, /^Added key\.json: .*vertex-acme-1\.json$/);
    assert.deepEqual(world.notes, []);
    assert.deepEqual(await world.file('vertex-acme-1.json'), FILE);
    const { mode } = await stat(join(world.authDir, 'vertex-acme-1.json'));
    assert.equal(mode & 0o777, 0o600);
    assert.match((await world.run('accounts')).text, new RegExp(`${EMAIL} +vertex .* ready `));
  });

  for (const args of [
    ['login', 'import', 'key.json', '--location', 'europe-west4', '--prefix', '/eu/'],
    ['-vertex-import', 'key.json', '--location=europe-west4', '-vertex-import-prefix', 'eu'],
  ]) {
    it(`G11: region and prefix beside it: ${args.join(' ')}`, async (t) => {
      const world = await cliWorld(t);
      await writeJson(world.home, 'key.json', { ...KEY, project_id: 'a:b c' });
      assert.equal((await world.run(...args)).code, 0);
      const file = await world.file('vertex-eu-a_b-c.json');
      assert.deepEqual(
        [file['project_id'], file['location'], file['prefix']],
        ['a:b c', 'europe-west4', 'eu'],
      );
    });
  }

  it('a credential file keeps what its owner wrote; its key is repaired', async (t) => {
    const world = await cliWorld(t);
    const damaged = { ...KEY, private_key: PEM.replaceAll('\n', '\\n') };
    const own = { prefix: 'eu', location: 'global', proxy_url: 'direct', email: 'me', weight: 2 };
    await imported(world, { ...FILE, ...own, service_account: damaged });
    assert.deepEqual(await world.file('vertex-eu-acme-1.json'), { ...FILE, ...own });
  });

  it('differs: a PKCS#1 key is written as PKCS#8, the form of Google', async (t) => {
    const world = await cliWorld(t);
    const old = String(privateKey.export({ type: 'pkcs1', format: 'pem' }));
    await imported(world, { ...KEY, private_key: old });
    assert.deepEqual(await world.file('vertex-acme-1.json'), FILE);
  });

  it('again: a new key goes into the file, settings stay; other regions get files', async (t) => {
    const world = await cliWorld(t);
    await imported(world, { ...FILE, location: 'global', prefix: 'eu' });
    assert.match((await imported(world, KEY)).text, /^Nothing newer in key\.json/);
    const next = { ...KEY, private_key_id: 'kid-2' };
    assert.match((await imported(world, next)).text, /^Renewed from key\.json/);
    assert.deepEqual(await world.file('vertex-eu-acme-1.json'), {
      ...FILE,
      ...{ location: 'global', prefix: 'eu', service_account: next },
    });
    await imported(world, KEY, '--location', 'us-east1');
    await imported(world, KEY, '--prefix', 'us');
    await imported(world, { ...KEY, client_email: 'other@x' }, '--prefix', 'eu');
    assert.deepEqual((await readdir(world.authDir)).sort(), [
      'vertex-acme-1.json',
      'vertex-eu-acme-1-2.json',
      'vertex-eu-acme-1.json',
      'vertex-us-acme-1.json',
    ]);
  });

  it('a file with an API key is copied as it is', async (t) => {
    const world = await cliWorld(t);
    const file = { type: 'vertex', api_key: 'vk' };
    await imported(world, file);
    assert.deepEqual(await world.file('key.json'), file);
  });

  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const EC_PEM = String(ec.export({ type: 'pkcs8', format: 'pem' }));
  const WRONG: [name: string, file: Fields, reason: RegExp][] = [
    ['no project', { ...KEY, project_id: ' ' }, /: project_id missing$/],
    ['no key', { ...KEY, private_key: 5 }, /: invalid service account: it has no private_key$/],
    ['a key that is not RSA', { ...KEY, private_key: EC_PEM }, /: its private_key is no RSA key$/],
    ['no account', { ...FILE, service_account: 'x' }, /: it has no service_account$/],
    ['a region that is none', { ...FILE, location: 'a.b/c' }, /: location "a\.b\/c" is none$/],
  ];
  for (const [name, file, reason] of WRONG) {
    it(`${name}: skipped with the reason, code 1`, async (t) => {
      const world = await cliWorld(t);
      assert.equal((await imported(world, file)).code, 1);
      assert.match(world.notes.join('\n'), reason);
      assert.doesNotMatch(world.notes.join('\n'), /PRIVATE KEY/);
      await assert.rejects(readdir(world.authDir), { code: 'ENOENT' });
    });
  }
});

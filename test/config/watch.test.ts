import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { POLL_MS } from '../../src/config/follower.ts';
import { loadConfigFile } from '../../src/config/load.ts';
import type { CredentialChange } from '../../src/config/snapshot.ts';
import type { Config } from '../../src/config/types.ts';
import { watchFiles, type Watch } from '../../src/config/watch.ts';
import { tempDir } from '../support/temp.ts';
import { waitUntil } from '../support/wait.ts';
import { env } from './support.ts';

interface Bench {
  dir: string;
  authDir: string;
  configPath: string;
  watch: Watch;
  configs: Config[];
  changes: CredentialChange[];
  errors: string[];
}

/** Watches a config file and a credential folder with one file each. */
async function bench(
  t: TestContext,
  whileArming?: (path: string) => Promise<void>,
): Promise<Bench> {
  const dir = await tempDir(t);
  const authDir = join(dir, 'auths');
  const configPath = join(dir, 'config.yaml');
  await mkdir(authDir);
  await writeFile(configPath, 'port: 1');
  await writeFile(join(authDir, 'a.json'), '{"a":1}');
  const running = await loadConfigFile(configPath, env);
  await whileArming?.(configPath);
  const seen = {
    configs: [] as Config[],
    changes: [] as CredentialChange[],
    errors: [] as string[],
  };
  const watch = await watchFiles({
    configPath,
    authDir,
    running,
    env,
    onConfig: (config) => seen.configs.push(config),
    onCredentials: (change) => seen.changes.push(change),
    onError: (message) => seen.errors.push(message),
  });
  t.after(() => watch.close());
  return { dir, authDir, configPath, watch, ...seen };
}

/** Saves as editors do: a new file takes the name. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

const ports = (configs: Config[]): number[] => configs.map(({ port }) => port);

describe('config file', () => {
  it('a change in place is noticed by itself', async (t) => {
    const { configPath, configs } = await bench(t);
    await writeFile(configPath, 'port: 2');
    await waitUntil(() => configs.length > 0, 'the new config');
    assert.deepEqual(ports(configs), [2]);
  });

  it('config 13: atomic replacement is noticed, again and again', async (t) => {
    const { configPath, configs } = await bench(t);
    for (const port of [2, 3, 4]) {
      await replace(configPath, `port: ${port}`);
      await waitUntil(() => ports(configs).includes(port), `port ${port}`);
    }
    assert.deepEqual(ports(configs), [2, 3, 4]);
  });

  it('a change between loading and arming is noticed', async (t) => {
    const { configs } = await bench(t, (path) => writeFile(path, 'port: 9'));
    assert.deepEqual(ports(configs), [9]);
  });

  it('config 6: the same content, a comment or an empty file change nothing', async (t) => {
    const { configPath, configs, errors, watch } = await bench(t);
    for (const text of ['port: 1', 'port: 1 # one', '', '  \n', 'port: 1']) {
      await replace(configPath, text);
      await watch.check();
    }
    assert.deepEqual([configs, errors], [[], []]);
    await writeFile(configPath, 'port: 5');
    await watch.check();
    assert.deepEqual(ports(configs), [5]);
  });

  it('config 1: an invalid file is reported once and keeps the running config', async (t) => {
    const { configPath, configs, errors, watch } = await bench(t);
    await writeFile(configPath, 'port: x');
    await watch.check();
    await watch.check();
    assert.equal(errors.length, 1);
    assert.match(errors[0] ?? '', /config\.yaml is not applied: port: expected a whole number/);
    await writeFile(configPath, 'port: 1');
    await watch.check();
    assert.deepEqual(configs, []);
    await writeFile(configPath, 'port: x');
    await watch.check();
    assert.equal(errors.length, 2);
    await writeFile(configPath, 'port: 7');
    await watch.check();
    assert.deepEqual(ports(configs), [7]);
  });

  it('the poll finds what no event tells: a link in the middle of the path that moved', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const dir = await tempDir(t);
    const on = await bench(t, async (path) => {
      await mkdir(join(dir, 'one'));
      await mkdir(join(dir, 'two'));
      await writeFile(join(dir, 'one', 'config.yaml'), 'port: 1');
      await writeFile(join(dir, 'two', 'config.yaml'), 'port: 2');
      await symlink(join(dir, 'one'), join(dir, 'data'));
      await rm(path);
      await symlink(join(dir, 'data', 'config.yaml'), path);
    });
    await symlink(join(dir, 'two'), join(dir, 'data.new'));
    await rename(join(dir, 'data.new'), join(dir, 'data'));
    assert.deepEqual(on.configs, []);
    t.mock.timers.tick(POLL_MS);
    await waitUntil(() => on.configs.length > 0, 'the config behind the link');
    assert.deepEqual(ports(on.configs), [2]);
  });

  it('a file that is gone is reported once, and followed when it is back', async (t) => {
    const { configPath, configs, errors, watch } = await bench(t);
    await rm(configPath);
    await watch.check();
    await watch.check();
    assert.deepEqual(errors, [`${configPath} is gone; the running configuration stays`]);
    await writeFile(configPath, 'port: 3');
    await watch.check();
    assert.deepEqual(ports(configs), [3]);
  });
});

describe('credential files', () => {
  const settle = async ({ watch }: Bench) => watch.check();

  it('new, changed and removed files are noticed by themselves', async (t) => {
    const { authDir, changes } = await bench(t);
    await writeFile(join(authDir, 'b.json'), '{"b":1}');
    await waitUntil(() => changes.length === 1, 'the new file');
    await replace(join(authDir, 'a.json'), '{"a":2}');
    await waitUntil(() => changes.length === 2, 'the changed file');
    await rm(join(authDir, 'b.json'));
    await waitUntil(() => changes.length === 3, 'the removed file');
    assert.deepEqual(changes, [
      { changed: ['b.json'], removed: [] },
      { changed: ['a.json'], removed: [] },
      { changed: [], removed: ['b.json'] },
    ]);
  });

  it('config 13: equal content, a new time, other names and folders are nothing', async (t) => {
    const on = await bench(t);
    await replace(join(on.authDir, 'a.json'), '{"a":1}');
    await utimes(join(on.authDir, 'a.json'), 1, 1);
    await writeFile(join(on.authDir, 'a.cds'), 'x');
    await mkdir(join(on.authDir, 'sub.json'));
    await settle(on);
    assert.deepEqual(on.changes, []);
    await writeFile(join(on.authDir, 'a.json'), '{"a":3}');
    await settle(on);
    assert.deepEqual(on.changes, [{ changed: ['a.json'], removed: [] }]);
  });

  it('config 13: a file replaced through remove and create is changed, not removed', async (t) => {
    const on = await bench(t);
    const path = join(on.authDir, 'a.json');
    await rm(path);
    const checked = settle(on);
    await writeFile(path, '{"a":9}');
    await checked;
    assert.deepEqual(on.changes, [{ changed: ['a.json'], removed: [] }]);
  });

  it('a file that another save is still writing is looked at again', async (t) => {
    const on = await bench(t);
    const path = join(on.authDir, 'a.json');
    await writeFile(path, '{"a":');
    const checked = settle(on);
    await writeFile(path, '{"a":4}');
    await checked;
    await settle(on);
    assert.deepEqual(on.changes, [{ changed: ['a.json'], removed: [] }]);
  });

  it('a directory that was replaced is followed', async (t) => {
    const on = await bench(t);
    await rm(on.authDir, { recursive: true });
    await settle(on);
    await mkdir(on.authDir);
    await settle(on);
    await writeFile(join(on.authDir, 'n.json'), '{}');
    await waitUntil(() => on.changes.length === 2, 'the file in the new directory');
    assert.deepEqual(on.changes, [
      { changed: [], removed: ['a.json'] },
      { changed: ['n.json'], removed: [] },
    ]);
  });

  it('config 6: setAuthDir follows the new directory and leaves the old one', async (t) => {
    const on = await bench(t);
    const next = join(on.dir, 'next');
    await on.watch.setAuthDir(next);
    await writeFile(join(on.authDir, 'old.json'), '{}');
    await writeFile(join(next, 'new.json'), '{}');
    await waitUntil(() => on.changes.length > 0, 'the file in the new directory');
    await settle(on);
    assert.deepEqual(on.changes, [{ changed: ['new.json'], removed: [] }]);
  });

  it('after close nothing is reported', async (t) => {
    const on = await bench(t);
    await on.watch.close();
    await writeFile(join(on.authDir, 'a.json'), '{"a":5}');
    await settle(on);
    assert.deepEqual(on.changes, []);
  });
});

/** One contract for every backend, then what only the disk can do wrong. */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CredentialState, ModelState } from '../../src/credentials/state.ts';
import { credentialId } from '../../src/ids.ts';
import { withReading } from '../../src/credentials/quota.ts';
import { LmdbBackend } from '../../src/state/lmdb-backend.ts';
import { memoryStore, openStore } from '../../src/state/open-store.ts';
import { MAX_GATHERED_CHANGES, RecordStore } from '../../src/state/record-store.ts';
import type { BindingRecord } from '../../src/state/records.ts';
import type { BackendOperation, Store, StoreBackend } from '../../src/state/store.ts';
import { collectLog } from '../support/logs.ts';
import { quotaReading, quotaWindow } from '../credentials/support.ts';
import { tempDir } from '../support/temp.ts';
import { waitUntil } from '../support/wait.ts';

const NOW = 1_760_000_000_000;
const HOUR = 3_600_000;

function binding(name: string, expiresAtMs = NOW + HOUR): BindingRecord {
  return { credential: credentialId(name), expiresAtMs, aliases: [`alias-of-${name}`] };
}

const cooling: ModelState = {
  status: 'error',
  message: 'quota exhausted',
  unavailable: true,
  nextRetryAt: NOW + 5000,
  quota: { exceeded: true, reason: 'quota', nextRecoverAt: NOW + 5000, backoffLevel: 3 },
  lastError: {
    message: 'rate limited',
    httpStatus: 429,
    evidence: 'error.resets_at',
    until: NOW + 5000,
    scope: 'model',
    limit: 'codex',
  },
  updatedAt: NOW,
};
const fine: ModelState = {
  status: 'active',
  message: '',
  unavailable: false,
  quota: { exceeded: false, reason: '', backoffLevel: 0 },
  updatedAt: NOW,
};
const reading = quotaReading({
  plan: 'plus',
  primary: quotaWindow(100, NOW + 5000),
  secondary: quotaWindow(12.5, NOW + HOUR, 10_080),
  credits: { hasCredits: true, unlimited: false, balance: '3.20' },
  observedAt: NOW,
});
const state: CredentialState = {
  account: fine,
  models: { 'gpt-5.5': cooling },
  quota: withReading(undefined, reading, 'gpt-5.5'),
};

function environment(nowMs: () => number = () => NOW) {
  return { nowMs, commitDelayMs: 0, ...collectLog('store') };
}

const openers: Record<string, (t: TestContext, nowMs?: () => number) => Promise<Store>> = {
  memory: (_, nowMs) => Promise.resolve(memoryStore(environment(nowMs))),
  lmdb: async (t, nowMs) => openStore(join(await tempDir(t), 'store'), environment(nowMs)),
};

for (const [name, open] of Object.entries(openers)) {
  describe(`store contract: ${name}`, () => {
    it('gives back what was put, by kind', async (t) => {
      const store = await open(t);
      t.after(() => store.close());
      await store.put('credential', 'codex-a.json', state);
      await store.put('binding', 'mixed::s1::gpt-5.5', binding('codex-a.json'));
      assert.deepEqual(await store.getAll('credential'), new Map([['codex-a.json', state]]));
      assert.deepEqual(
        await store.getAll('binding'),
        new Map([['mixed::s1::gpt-5.5', binding('codex-a.json')]]),
      );
    });

    it('replaces and removes', async (t) => {
      const store = await open(t);
      t.after(() => store.close());
      await store.put('binding', 'k', binding('a'));
      await store.put('binding', 'k', binding('b'));
      assert.equal((await store.getAll('binding')).get('k')?.credential, 'b');
      await store.remove('binding', 'k');
      await store.remove('binding', 'never-there');
      assert.equal((await store.getAll('binding')).size, 0);
    });

    it('writes several changes at once', async (t) => {
      const store = await open(t);
      t.after(() => store.close());
      await store.put('binding', 'old', binding('a'));
      await store.write([
        { op: 'remove', kind: 'binding', key: 'old' },
        { op: 'put', kind: 'binding', key: 'new', value: binding('b') },
        { op: 'put', kind: 'credential', key: 'b', value: state },
      ]);
      assert.deepEqual([...(await store.getAll('binding')).keys()], ['new']);
      assert.deepEqual([...(await store.getAll('credential')).keys()], ['b']);
    });

    it('does not share objects with its caller', async (t) => {
      const store = await open(t);
      t.after(() => store.close());
      const value = binding('a');
      await store.put('binding', 'k', value);
      value.aliases.push('later');
      assert.deepEqual((await store.getAll('binding')).get('k')?.aliases, ['alias-of-a']);
    });

    it('keeps keys longer than the database takes', async (t) => {
      const store = await open(t);
      t.after(() => store.close());
      const keys = [`mixed::${'x'.repeat(5000)}1`, `mixed::${'x'.repeat(5000)}2`, 'ключ::模型'];
      for (const key of keys) await store.put('binding', key, binding(key.slice(-1)));
      assert.deepEqual([...(await store.getAll('binding')).keys()].sort(), keys.sort());
    });

    it('leaves expired records out and deletes them with the next write', async (t) => {
      let now = NOW;
      const store = await open(t, () => now);
      t.after(() => store.close());
      await store.put('binding', 'short', binding('a', NOW + 10));
      await store.put('binding', 'long', binding('a', NOW + HOUR));
      now = NOW + 10;
      assert.deepEqual([...(await store.getAll('binding')).keys()], ['long']);
      assert.equal(store.health().entries.binding, 2);
      await store.put('binding', 'fresh', binding('a', NOW + HOUR));
      assert.equal(store.health().entries.binding, 2);
    });

    it('refuses a record above its size limit and counts it', async (t) => {
      const store = await open(t);
      t.after(() => store.close());
      const value = { ...binding('a'), aliases: ['y'.repeat(17 * 1024)] };
      await store.put('binding', 'k', value);
      assert.equal((await store.getAll('binding')).size, 0);
      assert.equal(store.health().lostChanges, 1);
    });

    it('counts writes after close as lost', async (t) => {
      const store = await open(t);
      await store.close();
      await store.put('binding', 'k', binding('a'));
      assert.equal(store.health().lostChanges, 1);
    });
  });
}

describe('record store', () => {
  it('logs a failing disk once and goes on', async () => {
    const { lines, ...surroundings } = environment();
    const store = new RecordStore(brokenBackend(), surroundings);
    await store.put('binding', 'a', binding('a'));
    await store.put('binding', 'b', binding('b'));
    assert.equal(store.health().lostChanges, 2);
    assert.deepEqual(
      lines.map((line) => [line['code'], line['reason']]),
      [['SWY_W006', 'Error: disk full']],
    );
  });

  it('gathers changes into one commit, the last change of a key wins', async () => {
    const commits: BackendOperation[][] = [];
    const backend = {
      ...brokenBackend(),
      commit: (batch: BackendOperation[]) => commits.push(batch),
    };
    const store = new RecordStore(backend, environment());
    const writes = ['a', 'b', 'a'].map((key) => store.put('binding', key, binding(key)));
    await Promise.all([...writes, store.remove('binding', 'b')]);
    assert.deepEqual(
      commits.map((batch) => batch.map(({ key, value }) => [key, value !== undefined])),
      [
        [
          ['a', true],
          ['b', false],
        ],
      ],
    );
  });

  it('does not wait with a large batch', () => {
    const sizes: number[] = [];
    const commit = (batch: BackendOperation[]) => void sizes.push(batch.length);
    const backend = { ...brokenBackend(), commit };
    const store = new RecordStore(backend, { ...environment(), commitDelayMs: 60_000 });
    for (let index = 0; index < MAX_GATHERED_CHANGES; index += 1) {
      void store.put('binding', `k${index}`, binding('a'));
    }
    assert.deepEqual(sizes, [MAX_GATHERED_CHANGES]);
  });

  it('commits what waits when it is read or closed', async (t) => {
    const dir = await tempDir(t);
    const first = await openStore(dir, { ...environment(), commitDelayMs: 60_000 });
    void first.put('binding', 'read', binding('a'));
    assert.equal((await first.getAll('binding')).size, 1);
    void first.put('binding', 'closed', binding('a'));
    await first.close();
    const second = await openStore(dir, environment());
    t.after(() => second.close());
    assert.equal((await second.getAll('binding')).size, 2);
  });

  it('leaves out records of another shape and says how many', async () => {
    const { lines, ...surroundings } = environment();
    const foreign = [
      { key: 'not-msgpack', value: Uint8Array.of(0xc1) },
      { key: 'other-shape', value: Uint8Array.of(0x80) },
    ];
    const store = new RecordStore({ ...brokenBackend(), load: () => foreign }, surroundings);
    assert.equal((await store.getAll('binding')).size, 0);
    assert.deepEqual([lines[0]?.['code'], lines[0]?.['records']], ['SWY_W007', 2]);
  });
});

describe('lmdb store', () => {
  it('keeps everything over a restart, owner-only', async (t) => {
    const dir = join(await tempDir(t), 'deep', 'store');
    const first = await openStore(dir, environment());
    await first.put('credential', 'a', state);
    await first.put('binding', 'k', binding('a'));
    await first.close();
    assert.equal((await stat(dir)).mode & 0o077, 0);
    const second = await openStore(dir, environment());
    t.after(() => second.close());
    assert.equal(second.health().durable, true);
    assert.deepEqual(await second.getAll('credential'), new Map([['a', state]]));
    assert.equal((await second.getAll('binding')).size, 1);
  });

  it('deletes what expired while it was closed', async (t) => {
    const dir = await tempDir(t);
    const first = await openStore(dir, environment());
    await first.put('binding', 'k', binding('a'));
    await first.close();
    const second = await openStore(
      dir,
      environment(() => NOW + 2 * HOUR),
    );
    await second.put('binding', 'fresh', binding('a', NOW + 3 * HOUR));
    await second.close();
    const backend = new LmdbBackend(dir);
    t.after(() => backend.close());
    assert.deepEqual(
      [...backend.load('binding')].map(({ key }) => key),
      ['fresh'],
    );
  });

  it('survives SIGKILL at any point: acknowledged writes are there, pairs are whole', async (t) => {
    const dir = join(await tempDir(t), 'store');
    for (const acknowledgements of [1, 25]) {
      const { child, last } = startWriter(dir);
      await waitUntil(() => last() >= acknowledgements, 'the writer to acknowledge');
      child.kill('SIGKILL');
      await once(child, 'exit');
      const acknowledged = last();
      const store = await openStore(dir, environment());
      assert.equal(store.health().durable, true);
      const bindings = await store.getAll('binding');
      const newest = Number(bindings.get('left')?.credential);
      assert.equal(bindings.get('right')?.credential, String(newest), 'a pair was torn');
      assert.ok(newest >= acknowledged, `${newest} is older than ${acknowledged}`);
      await store.close();
    }
  });

  const damages: Record<string, (file: string) => Promise<void>> = {
    'random bytes': (file) => writeFile(file, Buffer.alloc(40_000, 7)),
    'a cut-off file': (file) => truncate(file, 9000),
    'overwritten pages': async (file) => {
      const { size } = await stat(file);
      await writeFile(file, Buffer.alloc(size - 8192, 0xff), { flag: 'r+' });
    },
  };
  for (const [name, damage] of Object.entries(damages)) {
    it(`goes on in memory when the file is damaged: ${name}`, async (t) => {
      const dir = await tempDir(t);
      const before = await openStore(dir, environment());
      for (let index = 0; index < 500; index += 1) {
        await before.put('binding', `key-${index}`, binding('a'));
      }
      await before.close();
      await damage(join(dir, 'data.mdb'));
      const { lines, ...surroundings } = environment();
      const store = await openStore(dir, surroundings);
      assert.equal(store.health().durable, false);
      assert.deepEqual(
        lines.map((line) => line['code']),
        ['SWY_W001'],
      );
      await store.put('binding', 'k', binding('a'));
      assert.equal((await store.getAll('binding')).size, 1);
    });
  }

  it('goes on in memory when the folder can not be made', async (t) => {
    const parent = join(await tempDir(t), 'file');
    await writeFile(parent, '');
    const { lines, ...surroundings } = environment();
    const store = await openStore(join(parent, 'store'), surroundings);
    assert.equal(store.health().durable, false);
    assert.match(String(lines[0]?.['reason']), /ENOTDIR/);
  });
});

function brokenBackend(): StoreBackend {
  return {
    durable: true,
    load: () => [],
    commit: () => {
      throw new Error('disk full');
    },
    close: () => Promise.resolve(),
  };
}

function startWriter(dir: string): { child: ChildProcess; last(): number } {
  const script = fileURLToPath(new URL('./writer.ts', import.meta.url));
  const child = fork(script, [dir], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let last = 0;
  child.on('message', (acknowledged) => (last = Number(acknowledged)));
  return { child, last: () => last };
}

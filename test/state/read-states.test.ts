/** Stored states, read beside a proxy that uses the same store. */
import assert from 'node:assert/strict';
import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { CredentialState } from '../../src/credentials/state.ts';
import { openStore } from '../../src/state/open-store.ts';
import { readStates } from '../../src/state/read-states.ts';
import { collectLog } from '../support/logs.ts';
import { tempDir } from '../support/temp.ts';

const state: CredentialState = {
  account: {
    status: 'error',
    message: 'unauthorized',
    unavailable: true,
    nextRetryAt: 1_760_000_000_000,
    quota: { exceeded: false, reason: '', backoffLevel: 0 },
    lastError: { message: 'expired', httpStatus: 401 },
    updatedAt: 1_759_000_000_000,
  },
  models: {},
};

describe('stored states', () => {
  it('are read while another has the store open, and after it was closed', async (t) => {
    const dir = join(await tempDir(t), 'store');
    const store = await openStore(dir, { nowMs: Date.now, commitDelayMs: 0, ...collectLog() });
    await store.put('credential', 'codex-a.json#1', state);
    for (const close of [() => store.close(), () => Promise.resolve()]) {
      const read = await readStates(dir);
      assert.equal(read.problem, undefined);
      assert.deepEqual([...read.states], [['codex-a.json#1', state]]);
      await close();
    }
  });

  it('are none without a store; no folder is made', async (t) => {
    const home = await tempDir(t);
    assert.deepEqual(await readStates(join(home, 'store')), { states: new Map() });
    assert.deepEqual(await readdir(home), []);
  });

  it('of a damaged store: none, and the reason', async (t) => {
    const dir = join(await tempDir(t), 'store');
    const store = await openStore(dir, { nowMs: Date.now, commitDelayMs: 0, ...collectLog() });
    await store.put('credential', 'codex-a.json#1', state);
    await store.close();
    await truncate(join(dir, 'data.mdb'), 5000);
    const read = await readStates(dir);
    assert.equal(read.states.size, 0);
    assert.notEqual(read.problem ?? '', '');
  });
});

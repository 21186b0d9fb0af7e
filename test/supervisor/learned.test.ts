import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { bindingKey, credentialId } from '../../src/ids.ts';
import { codexKeys } from '../support/proxy.ts';
import { collectLog } from '../support/logs.ts';
import { KINDS } from '../../src/state/records.ts';
import { Learned } from '../../src/supervisor/learned.ts';
import { parseConfig } from '../../src/config/schema.ts';
import { tempDir } from '../support/temp.ts';
import type { BindingChange } from '../../src/routing/bindings.ts';
import type { CredentialRecord } from '../../src/credentials/record.ts';
import type { CredentialState } from '../../src/credentials/state.ts';

const NOW = 1_800_000_000_000;
const { log } = collectLog('test');

const COOLING: CredentialState = {
  account: {
    status: 'error',
    message: 'quota exhausted',
    unavailable: true,
    quota: { exceeded: true, reason: 'quota', nextRecoverAt: NOW + 60_000, backoffLevel: 1 },
    updatedAt: NOW,
  },
  models: {},
};

function records(change: Record<string, unknown> = {}): CredentialRecord[] {
  const entries = codexKeys('http://127.0.0.1:1', 2).map((entry) => ({ ...entry, ...change }));
  const text = JSON.stringify({ 'codex-api-key': entries });
  return parseConfig(text, { homeDir: '/', cwd: '/' }).credentials;
}

async function opened(t: TestContext, dir?: string, now = NOW): Promise<Learned> {
  const authDir = dir ?? (await tempDir(t));
  const learned = await Learned.open({ stateDir: '', authDir }, log, () => now);
  t.after(() => learned.close());
  return learned;
}

const binding = (name: string, expiresAtMs: number): BindingChange => ({
  key: bindingKey(name),
  record: { credential: credentialId('c'), expiresAtMs, aliases: [] },
});

describe('states of credentials', () => {
  it('come back for an unchanged entry only', async (t) => {
    const dir = await tempDir(t);
    const first = await opened(t, dir);
    const known = records();
    const [one] = known;
    assert.ok(one !== undefined);
    assert.equal(first.track(known).size, 0);
    first.onState(one.id, COOLING);
    await first.close();

    const second = await opened(t, dir);
    assert.deepEqual([...second.track(records())], [[one.id, COOLING]]);
    assert.equal(second.track(records({ priority: 7 })).size, 0, 'a changed entry starts clean');
    assert.equal(second.track(records()).size, 0, 'and its old state is gone for good');
  });

  it('of unknown credentials are not kept', async (t) => {
    const learned = await opened(t);
    learned.track([]);
    learned.onState(credentialId('nobody'), COOLING);
    assert.equal(learned.track(records()).size, 0);
  });
});

describe('bindings', () => {
  it('survive until they expire or are dropped', async (t) => {
    const dir = await tempDir(t);
    const first = await opened(t, dir);
    const lasting = binding('lasting', NOW + 10_000);
    first.onBindings([lasting, binding('short', NOW + 10), binding('dropped', NOW + 10_000)]);
    first.onBindings([{ key: bindingKey('dropped'), record: null }]);
    assert.deepEqual(
      first.bindings().map(({ key }) => key),
      ['lasting', 'short'],
    );
    await first.close();
    const second = await opened(t, dir, NOW + 1_000);
    assert.deepEqual(second.bindings(), [lasting]);
  });

  it('are bounded: the one that changed longest ago goes first', async (t) => {
    const learned = await opened(t);
    const { maxEntries } = KINDS.binding;
    const many = Array.from({ length: maxEntries }, (_, index) => binding(`b-${index}`, NOW + 1e6));
    learned.onBindings(many);
    learned.onBindings([binding('b-0', NOW + 2e6), binding('new', NOW + 1e6)]);
    const keys = new Set(learned.bindings().map(({ key }) => String(key)));
    assert.equal(keys.size, maxEntries);
    assert.ok(keys.has('b-0') && keys.has('new') && !keys.has('b-1'));
  });
});

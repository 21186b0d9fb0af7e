/** What a state keeps of failures, how much of it, and what a reload leaves. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  MAX_MODEL_STATES,
  applySuccess,
  emptyState,
  retainAfterChange,
} from '../../src/actors/cooldown.ts';
import { Account, HOUR, SECOND, T, limited } from './cooldown-account.ts';
import { blockOf } from '../../src/credentials/availability.ts';
import { failureOf, recordOf } from './support.ts';
import type { CredentialRecord } from '../../src/credentials/record.ts';

describe('what is kept of an error', () => {
  it("is the upstream's words and status, and the cooldown's evidence, end and scope", () => {
    const hint = { retryAfterMs: SECOND, evidence: 'retry-after' };
    const failure = failureOf(429, { error: { message: 'slow down' } }, hint);
    const model = new Account().fail(0, failure).model();
    assert.equal(model.message, 'slow down');
    assert.deepEqual(model.lastError, {
      message: 'slow down',
      httpStatus: 429,
      evidence: 'retry-after',
      until: T + SECOND,
      scope: 'model',
    });
    assert.equal(model.updatedAt, T);
  });

  it('names the end that is in force, and the credential when the limit covers it', () => {
    const account = new Account().fail(0, failureOf(404, 'x')).fail(1, failureOf(500, 'y'));
    assert.equal(account.model().lastError?.until, T + 12 * HOUR);
    const whole = new Account().fail(0, limited(HOUR, { credentialScoped: true }));
    assert.equal(whole.model().lastError?.scope, 'credential');
    assert.equal(whole.state.account.lastError?.scope, 'credential');
    const unknown = new Account().fail(0, failureOf(401, 'no'), '');
    assert.equal(unknown.state.account.lastError?.scope, 'credential');
  });

  it('is short and holds no token', () => {
    const text = `Incorrect API key: sk-live0123456789abcdef ${'x'.repeat(100_000)}`;
    const { lastError } = new Account().fail(0, failureOf(401, text)).model();
    assert.ok((lastError?.message.length ?? 0) <= 500);
    assert.ok(!JSON.stringify(lastError).includes('0123456789'));
  });
});

describe('steps without an effect', () => {
  it('return the state they were given', () => {
    const state = emptyState();
    assert.equal(applySuccess(state, 'm1', T), state);
    const busy = new Account().fail(0, limited(), 'm2').state;
    assert.equal(applySuccess(busy, 'm1', T), busy);
  });

  it('a step changes no object that was published before', () => {
    const account = new Account().fail(0, limited());
    const before = structuredClone(account.state);
    const published = account.state;
    account.fail(2, limited(undefined, { credentialScoped: true })).succeed(9);
    assert.deepEqual(published, before);
  });
});

describe('bound of the states', () => {
  it('forgets the model that is free the soonest', () => {
    const account = new Account();
    for (let index = 0; index < MAX_MODEL_STATES; index += 1) {
      account.fail(0, limited((index === 7 ? 1 : 100 + index) * SECOND), `m${index}`);
    }
    account.fail(0, limited(500 * SECOND), 'one more');
    assert.equal(Object.keys(account.state.models).length, MAX_MODEL_STATES);
    assert.equal(account.reason(0, 'm7'), 'none');
    assert.equal(account.reason(0, 'one more'), 'cooldown');
    account.fail(0, limited(600 * SECOND), 'one more');
    assert.equal(account.reason(0, 'm8'), 'cooldown');
  });

  it('models may have any name', () => {
    const account = new Account();
    for (const model of ['constructor', '__proto__', 'toString']) {
      assert.equal(account.reason(0, model), 'none');
      account.fail(0, limited(HOUR), model);
      assert.equal(account.reason(0, model), 'cooldown', model);
      account.succeed(1, model);
      assert.equal(account.reason(1, model), 'none', model);
    }
  });
});

describe('what a reload keeps (routing.md 6.6)', () => {
  const before = recordOf();
  const cooling = new Account().fail(0, failureOf(401, 'x')).state;
  const account = new Account().fail(0, limited(HOUR, { credentialScoped: true })).state;

  it('44: a changed file starts clean', () => {
    const source = { kind: 'file', path: '/auth/codex-user.json', fingerprint: 'f1' } as const;
    assert.deepEqual(retainAfterChange(cooling, before, recordOf({ source })), emptyState());
  });

  it('everything when only tokens changed: the record is the same', () => {
    assert.equal(retainAfterChange(cooling, before, recordOf()), cooling);
  });

  it('everything when an entry only moved in its list', () => {
    const entry = (index: number): CredentialRecord =>
      recordOf({ source: { kind: 'config', section: 'codex-api-key', index, apiKey: 'sk-a' } });
    assert.equal(retainAfterChange(cooling, entry(0), entry(3)), cooling);
  });

  const changes: Partial<CredentialRecord>[] = [
    { prefix: 'team' },
    { priority: 5 },
    { requestRetry: 2 },
    { aliases: [{ name: 'gpt-5.5', alias: 'best', fork: false, forceMapping: false }] },
  ];
  for (const change of changes) {
    it(`nothing when ${Object.keys(change).join()} changed, but a limit of the account`, () => {
      assert.deepEqual(retainAfterChange(cooling, before, recordOf(change)), emptyState());
      const kept = retainAfterChange(account, before, recordOf(change));
      assert.equal(kept.account, account.account);
      assert.deepEqual(kept.models, {});
      assert.equal(blockOf(kept, false, 'm1', T).reason, 'cooldown');
      assert.equal(blockOf(kept, false, 'm1', T + HOUR).reason, 'none');
    });
  }

  it('nothing at all when it was switched off, or its cooling was', () => {
    for (const change of [{ disabled: true }, { disableCooling: true }]) {
      assert.deepEqual(retainAfterChange(account, before, recordOf(change)), emptyState());
    }
  });

  it('a clean state is the same object', () => {
    const state = emptyState();
    assert.equal(retainAfterChange(state, before, recordOf({ priority: 5 })), state);
  });
});

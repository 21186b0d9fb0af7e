import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountSnapshot } from '../../src/credentials/account-snapshot.ts';
import { applyFailure, emptyState } from '../../src/actors/cooldown.ts';
import { classify } from '../../src/actors/classify.ts';
import { failureOf, recordOf } from '../actors/support.ts';
import { quotaReading, quotaWindow } from './support.ts';
import { withReading } from '../../src/credentials/quota.ts';
import type { CredentialState } from '../../src/credentials/state.ts';
import type { UpstreamFailure } from '../../src/providers/types.ts';

const T = 1_760_000_000_000;
const HOUR = 3_600_000;

function after(...failures: [model: string, failure: UpstreamFailure][]): CredentialState {
  return failures.reduce((state, [model, failure], index) => {
    const outcome = classify(failure, [], '/v1/responses', 'answering');
    const cooling = { disableCooling: false, transientCooldownMs: 60_000 };
    return applyFailure(state, model, outcome, cooling, T + index);
  }, emptyState());
}

const limited = failureOf(429, 'limit', { retryAfterMs: HOUR, evidence: 'error.resets_at' });

describe('snapshot of an account', () => {
  it('of which nothing is known', () => {
    const record = recordOf({ priority: 3 });
    assert.deepEqual(accountSnapshot(record, undefined, T), {
      id: record.id,
      handle: record.handle,
      label: 'user@example.com',
      provider: 'codex',
      kind: 'oauth',
      plan: 'plus',
      email: 'user@example.com',
      disabled: false,
      priority: 3,
      status: 'ready',
      blocks: [],
    });
  });

  it('names what rests, until when, and why', () => {
    const state = after(['m1', limited], ['m2', failureOf(500, 'broken')]);
    const snapshot = accountSnapshot(recordOf(), state, T + 1);
    assert.equal(snapshot.status, 'limited');
    assert.equal(snapshot.until, T + 1 + 60_000);
    const [first, second] = snapshot.blocks;
    assert.deepEqual(first, {
      model: 'm1',
      reason: 'cooldown',
      until: T + HOUR,
      error: {
        message: 'limit',
        httpStatus: 429,
        evidence: 'error.resets_at',
        until: T + HOUR,
        scope: 'model',
      },
    });
    assert.equal(second?.reason, 'other');
    assert.equal(snapshot.lastError?.message, 'broken');
    assert.equal(snapshot.evidence, undefined);
  });

  it('a limit of the whole account covers its models', () => {
    const state = after(['m1', { ...limited, credentialScoped: true }]);
    const snapshot = accountSnapshot(recordOf(), state, T);
    assert.equal(snapshot.status, 'cooling');
    assert.equal(snapshot.until, T + HOUR);
    assert.deepEqual(
      snapshot.blocks.map(({ model, error }) => [model, error?.scope]),
      [['', 'credential']],
    );
    assert.equal(snapshot.evidence, 'error.resets_at');
  });

  it('is ready again at the end, and still tells of the last error', () => {
    const snapshot = accountSnapshot(recordOf(), after(['m1', limited]), T + HOUR);
    assert.equal(snapshot.status, 'ready');
    assert.equal(snapshot.until, undefined);
    assert.equal(snapshot.lastError?.httpStatus, 429);
  });

  it('disabled outranks everything', () => {
    const snapshot = accountSnapshot(recordOf({ disabled: true }), after(['m1', limited]), T);
    assert.equal(snapshot.status, 'disabled');
    assert.deepEqual(snapshot.blocks, []);
  });

  it('knows the plan and the quota from the last reading', () => {
    const reading = quotaReading({ observedAt: T, plan: 'pro', primary: quotaWindow(5, T + HOUR) });
    const quota = withReading(undefined, reading, 'm1');
    const snapshot = accountSnapshot(recordOf(), { ...emptyState(), quota }, T);
    assert.equal(snapshot.plan, 'pro');
    assert.equal(snapshot.quota, quota);
  });

  it('holds no secret', () => {
    const source = { kind: 'config', section: 'codex-api-key', index: 0, apiKey: 'sk-x' } as const;
    const text = JSON.stringify(accountSnapshot(recordOf({ source }), emptyState(), T));
    assert.ok(!text.includes('sk-x'));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blockOf, modelStateOf } from '../../src/credentials/availability.ts';
import { emptyState } from '../../src/actors/cooldown.ts';
import type { CredentialState, ModelState, QuotaState } from '../../src/credentials/state.ts';

const NOW = 1_760_000_000_000;
const LATER = NOW + 60_000;
const PAST = NOW - 1;

const quota = (changes: Partial<QuotaState>): QuotaState => ({
  exceeded: false,
  reason: '',
  backoffLevel: 0,
  ...changes,
});

const failing = (changes: Partial<ModelState>): ModelState => ({
  ...emptyState().account,
  status: 'error',
  ...changes,
});

const withModel = (changes: Partial<ModelState>): CredentialState => ({
  ...emptyState(),
  models: { m1: failing(changes) },
});

const FREE = { reason: 'none', untilMs: undefined };

describe('availability of a credential (routing.md 4.2)', () => {
  it('an unknown or clean state is free', () => {
    assert.deepEqual(blockOf(undefined, false, 'm1', NOW), FREE);
    assert.deepEqual(blockOf(emptyState(), false, 'm1', NOW), FREE);
  });

  it('disabled outranks everything', () => {
    const state = withModel({ unavailable: true, nextRetryAt: LATER });
    assert.deepEqual(blockOf(state, true, 'm1', NOW), { reason: 'disabled', untilMs: undefined });
    assert.equal(blockOf(undefined, true, 'm1', NOW).reason, 'disabled');
  });

  it('a limit of the whole credential blocks every model until its end', () => {
    const limit = quota({ exceeded: true, reason: 'credential_quota', nextRecoverAt: LATER });
    const state = { account: failing({ quota: limit }), models: { m2: failing({}) } };
    assert.deepEqual(blockOf(state, false, 'm1', NOW), { reason: 'cooldown', untilMs: LATER });
    assert.deepEqual(blockOf(state, false, 'm2', NOW), { reason: 'cooldown', untilMs: LATER });
    assert.deepEqual(blockOf(state, false, 'm1', LATER), FREE);
  });

  type Row = [
    name: string,
    state: Partial<ModelState>,
    reason: string,
    untilMs: number | undefined,
  ];
  const rows: Row[] = [
    ['an error alone does not block', {}, 'none', undefined],
    ['unavailable until later', { unavailable: true, nextRetryAt: LATER }, 'other', LATER],
    ['unavailable, time is over', { unavailable: true, nextRetryAt: PAST }, 'none', undefined],
    ['the end itself is free', { unavailable: true, nextRetryAt: NOW }, 'none', undefined],
    ['unavailable without a time', { unavailable: true }, 'other', undefined],
    [
      'quota until later',
      {
        unavailable: true,
        nextRetryAt: LATER,
        quota: quota({ exceeded: true, nextRecoverAt: LATER }),
      },
      'cooldown',
      LATER,
    ],
    [
      'the later of both times counts',
      {
        unavailable: true,
        nextRetryAt: LATER + 5,
        quota: quota({ exceeded: true, nextRecoverAt: LATER }),
      },
      'cooldown',
      LATER + 5,
    ],
    [
      'quota, time is over',
      { quota: quota({ exceeded: true, nextRecoverAt: PAST }) },
      'none',
      undefined,
    ],
    ['quota without a time', { quota: quota({ exceeded: true }) }, 'other', undefined],
  ];
  for (const [name, state, reason, untilMs] of rows) {
    it(name, () =>
      assert.deepEqual(blockOf(withModel(state), false, 'm1', NOW), { reason, untilMs }),
    );
  }

  it('a model without a state is free while another one has one', () => {
    const block = { unavailable: true, nextRetryAt: LATER };
    const state = { ...withModel({ ...block }), account: failing(block) };
    assert.deepEqual(blockOf(state, false, 'm2', NOW), FREE);
  });

  it("without any model state the credential's own fields count", () => {
    const account = failing({ unavailable: true, nextRetryAt: LATER });
    const state = { account, models: {} };
    assert.deepEqual(blockOf(state, false, 'm2', NOW), { reason: 'other', untilMs: LATER });
  });

  it('names that every object has are no models', () => {
    assert.equal(modelStateOf(emptyState(), 'constructor'), undefined);
    assert.deepEqual(blockOf(emptyState(), false, 'toString', NOW), FREE);
  });
});

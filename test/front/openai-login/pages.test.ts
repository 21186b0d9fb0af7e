/** What login clients are told of the pool: plan and quota of the best account, and no account. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account, codexKey, keyed, tableOf } from '../../routing/support.ts';
import { accountsCheck } from '../../../src/front/openai-login/accounts-check.ts';
import { credentialId } from '../../../src/ids.ts';
import { emptyState } from '../../../src/actors/cooldown.ts';
import { quotaReading, quotaWindow } from '../../credentials/support.ts';
import { usagePage } from '../../../src/front/openai-login/usage.ts';
import { withReading, type QuotaReading } from '../../../src/credentials/quota.ts';
import type { CredentialRecord } from '../../../src/credentials/record.ts';
import type { Pool } from '../../../src/front/openai-login/pool.ts';

const T = 1_760_000_000_000;
const HOUR = 3_600_000;

function poolOf(records: CredentialRecord[], readings: Record<string, QuotaReading> = {}): Pool {
  const states = Object.entries(readings).map(([id, reading]) => {
    const quota = withReading(undefined, reading, 'gpt-5.5');
    return [credentialId(id), { ...emptyState(), quota }] as const;
  });
  return { table: tableOf(records), states: new Map(states), nowMs: T };
}

const planOf = (pool: Pool): unknown => (usagePage(pool) as { plan_type: string }).plan_type;
const limitOf = (pool: Pool): unknown => (usagePage(pool) as { rate_limit: unknown }).rate_limit;

describe('plan of the pool', () => {
  it('is the best of its Codex accounts', () => {
    const plans = ['free', 'Team', 'plus'].map((plan) => account(plan, { plan }));
    assert.equal(planOf(poolOf(plans)), 'team');
    assert.equal(planOf(poolOf([account('a', { plan: 'go' })])), 'go');
  });

  it('follows the latest reading', () => {
    const reading = quotaReading({ observedAt: T, plan: 'pro' });
    assert.equal(planOf(poolOf([account('a', { plan: 'plus' })], { a: reading })), 'pro');
  });

  it('is plus where none is known', () => {
    for (const records of [
      [],
      [codexKey('k')],
      [keyed('k', [], { plan: 'pro' })],
      [account('a', { plan: 'pro', disabled: true })],
      [account('a', { plan: 'made-up' })],
    ]) {
      assert.equal(planOf(poolOf(records)), 'plus');
    }
  });
});

describe('usage of the pool (codex.md 5.8)', () => {
  const two = [account('a'), account('b')];
  const used = (primary: number, secondary: number): QuotaReading =>
    quotaReading({
      observedAt: T,
      primary: quotaWindow(primary, T + HOUR),
      secondary: quotaWindow(secondary, T + 48 * HOUR, 10_080),
    });

  it('is nothing while no account has been heard of', () => {
    assert.equal(limitOf(poolOf(two)), null);
    assert.equal(limitOf(poolOf(two, { a: quotaReading({ observedAt: T }) })), null);
  });

  it('is that of the account whose fullest window has most left', () => {
    const pool = poolOf(two, { a: used(10, 90), b: used(60.6, 20) });
    assert.deepEqual(limitOf(pool), {
      allowed: true,
      limit_reached: false,
      primary_window: {
        used_percent: 61,
        limit_window_seconds: 18_000,
        reset_after_seconds: 3600,
        reset_at: (T + HOUR) / 1000,
      },
      secondary_window: {
        used_percent: 20,
        limit_window_seconds: 604_800,
        reset_after_seconds: 172_800,
        reset_at: (T + 48 * HOUR) / 1000,
      },
    });
  });

  it('is exhausted when every account is', () => {
    const { allowed, limit_reached: reached } = limitOf(
      poolOf(two, { a: used(100, 5), b: used(3, 100) }),
    ) as Record<string, unknown>;
    assert.deepEqual([allowed, reached], [false, true]);
  });

  it('is fresh again after the reset', () => {
    const pool = { ...poolOf(two, { a: used(100, 5) }), nowMs: T + HOUR };
    const { allowed, primary_window: window } = limitOf(pool) as Record<string, unknown>;
    assert.equal(allowed, true);
    assert.deepEqual(window, {
      used_percent: 0,
      limit_window_seconds: 18_000,
      reset_after_seconds: 0,
      reset_at: (T + HOUR) / 1000,
    });
  });
});

describe('workspace of a login', () => {
  const idOf = (claimed: string | undefined, scope: string): string =>
    (accountsCheck(poolOf([]), claimed, scope) as { default_account_id: string })
      .default_account_id;

  it('differs between callers that name none, and never between two calls', () => {
    assert.equal(idOf(undefined, 'one'), idOf(' ', 'one'));
    assert.notEqual(idOf(undefined, 'one'), idOf(undefined, 'two'));
    assert.equal(idOf(' acct ', 'one'), 'acct');
  });
});

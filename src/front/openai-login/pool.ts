/** The Codex accounts of the pool, as far as login clients may know of them: plans and quota. */
import type { CredentialState } from '../../credentials/state.ts';
import type { RoutingTable } from '../../routing/table.ts';
import type { States } from '../../routing/marks.ts';

/** What is known now. */
export interface Pool {
  table: RoutingTable;
  states: States;
  /** Unix ms. */
  nowMs: number;
}

/** One account that serves turns. */
export interface PoolAccount {
  /** Lower case; the latest word of the upstream, else that of the token. */
  plan: string | undefined;
  state: CredentialState | undefined;
}

/** Plans from the least to the most; a plan beside them is not told to clients. */
const PLANS = ['free', 'go', 'plus', 'business', 'team', 'edu', 'enterprise', 'pro'];

/** What a pool without any account is presented as: its models are those of a paid plan. */
const NO_PLAN = 'plus';

/** Accounts and keys of the provider that are not switched off. */
export function codexAccounts({ table, states }: Pool): PoolAccount[] {
  return [...table.credentials.values()]
    .filter(({ provider, disabled }) => provider === 'codex' && !disabled)
    .map(({ id, plan }) => {
      const state = states.get(id);
      return { plan: (state?.quota?.plan ?? plan)?.toLowerCase(), state };
    });
}

/** The best plan among the accounts. */
export function bestPlan(accounts: readonly PoolAccount[]): string {
  const ranks = accounts.map(({ plan }) => PLANS.indexOf(plan ?? ''));
  return PLANS[Math.max(...ranks)] ?? NO_PLAN;
}

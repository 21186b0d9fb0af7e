/**
 * `GET /backend-api/wham/usage`: the quota display of a login client (codex.md 5.8). A pool is as free
 * as its freest account, so that one is shown.
 */
import { bestPlan, codexAccounts, type Pool, type PoolAccount } from './pool.ts';
import {
  DEFAULT_LIMIT,
  isExhausted,
  windowsOf,
  type QuotaLimit,
  type QuotaWindow,
} from '../../credentials/quota.ts';

/** Numbers of the freest account; `rate_limit` is null while nothing is known. */
export function usagePage(pool: Pool): object {
  const accounts = codexAccounts(pool);
  const limits = accounts.flatMap((account) => limitOf(account) ?? []);
  const [freest] = limits.sort(
    (one, other) => mostUsed(one, pool.nowMs) - mostUsed(other, pool.nowMs),
  );
  return {
    plan_type: bestPlan(accounts),
    rate_limit: freest === undefined ? null : rateLimit(freest, pool.nowMs),
  };
}

function limitOf({ state }: PoolAccount): QuotaLimit | undefined {
  const limits = state?.quota?.limits.filter((limit) => windowsOf(limit).length > 0) ?? [];
  return limits.find(({ name }) => name === DEFAULT_LIMIT) ?? limits[0];
}

function mostUsed(limit: QuotaLimit, nowMs: number): number {
  return Math.max(...windowsOf(limit).map((window) => usedNow(window, nowMs)));
}

/** A window whose reset has passed is fresh. */
const usedNow = ({ usedPercent, resetAt }: QuotaWindow, nowMs: number): number =>
  resetAt > nowMs ? usedPercent : 0;

function rateLimit(limit: QuotaLimit, nowMs: number): object {
  const reached = windowsOf(limit).some((window) => isExhausted(window, nowMs));
  return {
    allowed: !reached,
    limit_reached: reached,
    primary_window: windowOf(limit.primary, nowMs),
    secondary_window: windowOf(limit.secondary, nowMs),
  };
}

/** Times in seconds. */
function windowOf(window: QuotaWindow | undefined, nowMs: number): object | null {
  if (window === undefined) return null;
  return {
    used_percent: Math.round(usedNow(window, nowMs)),
    limit_window_seconds: window.windowMinutes * 60,
    reset_after_seconds: Math.max(0, Math.ceil((window.resetAt - nowMs) / 1000)),
    reset_at: Math.ceil(window.resetAt / 1000),
  };
}

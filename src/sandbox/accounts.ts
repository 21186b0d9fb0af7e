/** The accounts of the sandbox: how long each is exhausted, what it has served, what shall fail. */
import { maskSecret } from '../observe/mask.ts';
import { QuotaMeter, type Quota } from './quota.ts';
import type { Fault } from './commands.ts';

/** Accounts that are remembered; every bearer token makes one. The oldest is forgotten. */
export const MAX_ACCOUNTS = 1000;

/** Inputs whose command has been carried out; enough for every retry that can still come. */
export const MAX_SPENT = 10_000;

/** Counters of one account. */
export interface AccountStats {
  /** All requests, refused ones too. */
  requests: number;
  /** Requests refused because the account was exhausted. */
  limited: number;
  inputTokens: number;
  cachedTokens: number;
}

interface Account {
  limitedUntilMs: number;
  quota: QuotaMeter;
  stats: AccountStats;
  /** Faults ordered by a test, in order. */
  planned: Fault[];
}

export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #spent = new Set<string>();

  /** Counts a request and tells for how long the account is still exhausted; 0 = not at all. */
  admit(name: string, nowMs: number): number {
    const account = this.#of(name);
    account.stats.requests += 1;
    const remaining = account.limitedUntilMs - nowMs;
    if (remaining <= 0) return 0;
    account.stats.limited += 1;
    return remaining;
  }

  exhaust(name: string, untilMs: number): void {
    this.#of(name).limitedUntilMs = untilMs;
  }

  plan(name: string, fault: Fault, times: number): void {
    for (let time = 0; time < times; time += 1) this.#of(name).planned.push(fault);
  }

  nextPlanned(name: string): Fault | undefined {
    return this.#of(name).planned.shift();
  }

  served(name: string, inputTokens: number, cachedTokens: number, nowMs: number): void {
    const { stats, quota } = this.#of(name);
    stats.inputTokens += inputTokens;
    stats.cachedTokens += cachedTokens;
    quota.add(inputTokens, cachedTokens, nowMs);
  }

  quota(name: string, nowMs: number): Quota {
    const { quota, limitedUntilMs } = this.#of(name);
    return quota.read(limitedUntilMs, nowMs);
  }

  /**
   * True for the first try of an input, false for the try after it, and so on: a command hits the
   * account that sees it first, moving on helps, and typing the same again starts over.
   */
  spend(input: string): boolean {
    if (this.#spent.delete(input)) return false;
    this.#spent.add(input);
    if (this.#spent.size > MAX_SPENT) {
      const [oldest] = this.#spent;
      if (oldest !== undefined) this.#spent.delete(oldest);
    }
    return true;
  }

  stats(): Record<string, AccountStats> {
    const entries = [...this.#accounts].map(([name, account]) => [name, { ...account.stats }]);
    return Object.fromEntries(entries) as Record<string, AccountStats>;
  }

  #of(name: string): Account {
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    const stats = { requests: 0, limited: 0, inputTokens: 0, cachedTokens: 0 };
    const quota = new QuotaMeter();
    const account: Account = { limitedUntilMs: 0, quota, stats, planned: [] };
    this.#accounts.set(name, account);
    if (this.#accounts.size > MAX_ACCOUNTS) {
      const [oldest] = this.#accounts.keys();
      if (oldest !== undefined) this.#accounts.delete(oldest);
    }
    return account;
  }
}

/** Name of the account behind a bearer token: our own keys are their names, others are masked. */
export function accountName(token: string): string {
  return token.startsWith('sandbox-') ? token : maskSecret(token);
}

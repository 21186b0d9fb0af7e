/** One credential that fails and succeeds at times of its own, for the tests of cooldowns. */
import assert from 'node:assert/strict';
import { applyFailure, applySuccess, emptyState } from '../../src/actors/cooldown.ts';
import { blockOf } from '../../src/credentials/availability.ts';
import { classify, compileRules } from '../../src/actors/classify.ts';
import { failureOf } from './support.ts';
import type { CoolingSettings } from '../../src/actors/cooldown-table.ts';
import type { CredentialState, ModelState } from '../../src/credentials/state.ts';
import type { RequestScopedRule } from '../../src/credentials/record.ts';
import type { UpstreamFailure } from '../../src/providers/types.ts';

/** Unix ms when every account begins; spans below are in ms. */
export const T = 1_760_000_000_000;
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
/** Cooling as it is without settings, and switched off. */
export const ON: CoolingSettings = { disableCooling: false, transientCooldownMs: MINUTE };
export const OFF: CoolingSettings = { ...ON, disableCooling: true };

/** One credential under test: failures and successes at seconds after T. */
export class Account {
  state: CredentialState = emptyState();
  readonly settings: CoolingSettings;
  readonly rules: RequestScopedRule[];

  constructor(settings: CoolingSettings = ON, rules: RequestScopedRule[] = []) {
    this.settings = settings;
    this.rules = rules;
  }

  fail(atSeconds: number, failure: UpstreamFailure, model = 'm1'): this {
    const phase = failure.status === 0 ? 'not-sent' : 'answering';
    const outcome = classify(failure, compileRules(this.rules), '/v1/chat/completions', phase);
    const now = T + atSeconds * SECOND;
    this.state = applyFailure(this.state, model, outcome, this.settings, now);
    return this;
  }

  succeed(atSeconds: number, model = 'm1'): this {
    this.state = applySuccess(this.state, model, T + atSeconds * SECOND);
    return this;
  }

  /** Seconds after T until which a model is blocked; undefined: free. */
  blockedUntil(atSeconds: number, model = 'm1'): number | undefined {
    const block = blockOf(this.state, false, model, T + atSeconds * SECOND);
    return block.untilMs === undefined ? undefined : (block.untilMs - T) / SECOND;
  }

  reason(atSeconds: number, model = 'm1'): string {
    return blockOf(this.state, false, model, T + atSeconds * SECOND).reason;
  }

  model(name = 'm1'): ModelState {
    const state = this.state.models[name];
    assert.ok(state, `there is no state of ${name}`);
    return state;
  }

  get level(): number {
    return this.model().quota.backoffLevel;
  }
}

/** A 429, with a hint or without. */
export const limited = (
  retryAfterMs?: number,
  more: Partial<UpstreamFailure> = {},
): UpstreamFailure => failureOf(429, 'slow down', { retryAfterMs, ...more });

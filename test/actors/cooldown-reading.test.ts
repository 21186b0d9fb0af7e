/**
 * Readings against cooldowns. The reference never shortens a cooldown by headers (codex.md 5.1): they
 * come with the refusal, whose body knows better. Only a reading of a LATER turn may.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyFailure, applyNewToken, applySuccess } from '../../src/actors/cooldown.ts';
import { applyReading } from '../../src/actors/cooldown-reading.ts';
import { blockOf } from '../../src/credentials/availability.ts';
import { classify } from '../../src/actors/classify.ts';
import { emptyState, retainAfterChange, withoutCooldowns } from '../../src/actors/cooldown.ts';
import { failureOf, recordOf } from './support.ts';
import { quotaReading, quotaWindow } from '../credentials/support.ts';
import type { CredentialState } from '../../src/credentials/state.ts';
import { MATERIAL_RESET_MS, type QuotaReading } from '../../src/credentials/quota.ts';
import type { UpstreamFailure } from '../../src/providers/types.ts';

const T = 1_760_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const COOLING = { disableCooling: false, transientCooldownMs: MINUTE };

function failed(
  state: CredentialState,
  failure: UpstreamFailure,
  model = 'm1',
  atMs = T,
): CredentialState {
  const outcome = classify(failure, [], '/v1/responses', 'answering');
  return applyFailure(state, model, outcome, COOLING, atMs);
}

const limited = (changes: Partial<UpstreamFailure> = {}): UpstreamFailure =>
  failureOf(429, 'usage limit', {
    retryAfterMs: HOUR,
    evidence: 'error.resets_at',
    usageLimit: 'codex',
    ...changes,
  });

const after429 = (changes: Partial<UpstreamFailure> = {}): CredentialState =>
  failed(emptyState(), limited(changes));

/** A reading at `T + 2 min` of a turn that began at `T + 1 min`. */
const SEEN = T + 2 * MINUTE;
const ASKED = T + MINUTE;
const reading = (changes: Partial<QuotaReading> = {}): QuotaReading =>
  quotaReading({ observedAt: SEEN, primary: quotaWindow(3, T + 5 * HOUR), ...changes });

const until = (state: CredentialState, model = 'm1', nowMs = SEEN): number | undefined =>
  blockOf(state, false, model, nowMs).untilMs;

describe('a later reading with quota left', () => {
  it('ends the cooldown of its limit, on every model, with all its marks', () => {
    const both = failed(after429(), limited(), 'm2');
    const state = applyReading(both, reading(), 'm3', ASKED);
    assert.equal(until(state), undefined);
    assert.equal(until(state, 'm2'), undefined);
    assert.deepEqual(state.models, {});
    assert.equal(state.quota?.limits[0]?.primary?.usedPercent, 3);
  });

  it('ends one that backs off for want of a time', () => {
    const state = after429({ retryAfterMs: undefined, evidence: undefined });
    const soon = reading({ observedAt: T + 500 });
    assert.equal(applyReading(state, soon, 'm2', T + 100).models['m1'], undefined);
  });

  it('ends one of the whole credential', () => {
    const whole = after429({ credentialScoped: true });
    const state = applyReading(whole, reading(), 'm2', ASKED);
    assert.equal(until(state, 'any'), undefined);
    assert.deepEqual(state.account, emptyState().account);
  });
});

describe('a later reading that is still exhausted', () => {
  const exhausted = (resetAt: number) => reading({ primary: quotaWindow(100, resetAt) });

  it('shortens the cooldown to its reset, which is the evidence then', () => {
    const state = applyReading(after429(), exhausted(T + HOUR / 2), 'm2', ASKED);
    assert.equal(until(state), T + HOUR / 2);
    const error = state.models['m1']?.lastError;
    assert.equal(error?.until, T + HOUR / 2);
    assert.equal(error.evidence, 'x-codex-primary-reset-at');
    assert.equal(state.models['m1']?.nextRetryAt, T + HOUR / 2);
  });

  it('never lengthens it', () => {
    const before = after429();
    const state = applyReading(before, exhausted(T + 9 * HOUR), 'm2', ASKED);
    assert.equal(state.models, before.models);
    assert.equal(until(state), T + HOUR);
  });

  it('does not shorten it by less than resets wander', () => {
    const before = after429();
    const state = applyReading(before, exhausted(T + HOUR - MATERIAL_RESET_MS + 1), 'm2', ASKED);
    assert.equal(state.models, before.models);
  });

  it('counts the last reset of several', () => {
    const both = reading({
      primary: quotaWindow(100, T + HOUR / 4),
      secondary: quotaWindow(100, T + HOUR / 2, 10_080),
    });
    assert.equal(until(applyReading(after429(), both, 'm2', ASKED)), T + HOUR / 2);
  });

  it('ends it when the window has been reset by now', () => {
    assert.equal(until(applyReading(after429(), exhausted(SEEN), 'm2', ASKED)), undefined);
  });
});

describe('what a reading leaves alone', () => {
  const untouched = (
    before: CredentialState,
    seen: QuotaReading,
    askedAt: number | undefined,
  ): void => {
    const state = applyReading(before, seen, 'm2', askedAt);
    assert.equal(state.models, before.models);
    assert.equal(state.account, before.account);
    assert.ok(state.quota, 'it is kept all the same');
  };
  const other = (failure: UpstreamFailure): CredentialState => failed(emptyState(), failure);

  it('its own failure: the answer that failed is no later reading (codex.md 5.1)', () => {
    untouched(after429(), reading(), undefined);
  });

  it('a failure after the turn began: its answer may be older than it looks', () => {
    untouched(after429(), reading(), T);
    untouched(after429(), reading(), T - MINUTE);
  });

  it('a cooldown of another limit', () => {
    untouched(after429({ usageLimit: 'codex_x' }), reading(), ASKED);
  });

  it('a 429 that is no usage limit', () => {
    untouched(after429({ usageLimit: undefined }), reading(), ASKED);
  });

  it('failures of another kind', () => {
    untouched(other(failureOf(401, 'no')), reading(), ASKED);
    untouched(other(failureOf(503, 'busy')), reading(), ASKED);
  });

  it('a block that also has another cause', () => {
    const suspended = failed(other(failureOf(404, 'gone')), limited(), 'm1', T + 1);
    untouched(suspended, reading(), ASKED);
    const longer = failed(after429(), failureOf(500, 'x'), 'm1', T + 1);
    untouched(longer, reading(), ASKED);
  });

  it('everything, when it has no windows', () => {
    untouched(after429(), reading({ primary: undefined, plan: 'pro' }), ASKED);
  });

  it('one window with quota left, when the other is exhausted for as long', () => {
    const secondary = quotaWindow(100, T + 9 * HOUR, 10_080);
    untouched(after429(), reading({ secondary }), ASKED);
  });
});

describe('readings as part of the state', () => {
  const read = applyReading(emptyState(), reading({ plan: 'plus' }), 'm1', ASKED);

  it('the same again changes nothing', () => {
    assert.equal(applyReading(read, reading({ observedAt: SEEN + 1 }), 'm1', ASKED), read);
  });

  it('outlive failures, successes, new tokens and the end of cooling', () => {
    const broken = failed(failed(read, limited()), failureOf(401, 'no'), 'm2');
    const steps = [
      broken,
      applySuccess(broken, 'm1', SEEN),
      applySuccess(failed(read, failureOf(401, 'no'), ''), '', SEEN),
      applyNewToken(broken, SEEN),
      withoutCooldowns(broken),
    ];
    for (const state of steps) assert.equal(state.quota, read.quota);
    assert.deepEqual(withoutCooldowns(broken), read);
  });

  it('outlive changes of the entry, even when it is switched off', () => {
    const broken = failed(read, limited());
    const changes = [{ priority: 5 }, { disabled: true }, { disableCooling: true }];
    for (const state of [read, broken]) {
      for (const change of changes) {
        const kept = retainAfterChange(state, recordOf(), recordOf(change));
        assert.deepEqual(kept, read, Object.keys(change).join());
      }
    }
  });

  it('do not outlive another account under the same name', () => {
    const other = recordOf({ email: 'other@example.com' });
    assert.deepEqual(retainAfterChange(read, recordOf(), other), emptyState());
    assert.deepEqual(retainAfterChange(failed(read, limited()), recordOf(), other), emptyState());
  });
});

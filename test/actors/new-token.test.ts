import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyFailure, applyNewToken, emptyState } from '../../src/actors/cooldown.ts';
import { blockOf } from '../../src/credentials/availability.ts';
import { classify } from '../../src/actors/classify.ts';
import { failureOf } from './support.ts';
import type { CredentialState } from '../../src/credentials/state.ts';
import type { UpstreamFailure } from '../../src/providers/types.ts';

const T = 1_760_000_000_000;
const COOLING = { disableCooling: false, transientCooldownMs: 60_000 };

type Failed = [status: number, body: string, model: string, more?: Partial<UpstreamFailure>];

function after(...failures: Failed[]): CredentialState {
  return failures.reduce((state, [status, body, model, more]) => {
    const failure = failureOf(status, body, { retryAfterMs: undefined, ...more });
    const outcome = classify(failure, [], '/v1/responses', 'answering');
    return applyFailure(state, model, outcome, COOLING, T);
  }, emptyState());
}

describe('a new access token (codex.md 6.4)', () => {
  it('voids what a refused one caused, and nothing else', () => {
    const failed = after([401, 'no', 'm1'], [400, 'invalid_grant', 'm2'], [429, 'slow down', 'm3']);
    const state = applyNewToken(failed, T + 1);
    assert.deepEqual(
      ['m1', 'm2', 'm3'].map((model) => blockOf(state, false, model, T + 1).reason),
      ['none', 'none', 'cooldown'],
    );
  });

  it('changes nothing without such a failure, or while the whole account is limited', () => {
    const limited = after([429, 'slow down', 'm1']);
    assert.equal(applyNewToken(limited, T), limited);
    const whole = after([401, 'no', 'm1'], [429, 'slow down', 'm2', { credentialScoped: true }]);
    assert.equal(applyNewToken(whole, T + 1), whole);
  });
});

/** A missing token as an error of the turn and as a failure of the credential. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tokenError, tokenFailure } from '../../../src/actors/tokens/token-failure.ts';
import { SwitchyardError } from '../../../src/errors.ts';

describe('a missing token', () => {
  it('that needs a login is a 401: the credential cools like after a refused token', () => {
    const error = tokenError(undefined);
    assert.equal(error.code, 'token_refresh_failed');
    assert.equal(error.retry, 'next');
    assert.equal(tokenFailure(error).status, 401);
    assert.match(tokenFailure(error).body, /log in/);
  });

  it('that may come later is a 503: a short cooldown', () => {
    const busy = new SwitchyardError('token_refresh_failed', { status: 503, message: 'busy' });
    assert.equal(tokenError(busy), busy);
    assert.deepEqual(tokenFailure(busy), {
      status: 503,
      body: 'busy',
      headers: [],
      retryAfterMs: undefined,
      evidence: undefined,
      requestScoped: false,
      credentialScoped: false,
      network: 'none',
    });
  });

  it('that is not to be asked for before a time is a 429 with that time', () => {
    const details = { status: 429, message: 'blocked', retryAfterMs: 5000 };
    const { status, retryAfterMs, evidence } = tokenFailure(
      new SwitchyardError('token_refresh_failed', details),
    );
    assert.deepEqual([status, retryAfterMs, evidence], [429, 5000, 'token refresh']);
  });
});

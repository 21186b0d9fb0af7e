/** Quota: back-off, hints, limits of a model and of the whole credential. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyState } from '../../src/actors/cooldown.ts';
import { Account, HOUR, SECOND, T, limited } from './cooldown-account.ts';
import { failureOfResponse } from '../../src/providers/codex/response-failure.ts';
import type { UpstreamFailure } from '../../src/providers/types.ts';

describe('quota back-off, routing.md 63 to 70', () => {
  it('63: first window of a second', () => {
    const account = new Account().fail(0, limited());
    assert.equal(account.blockedUntil(0), 1);
    assert.equal(account.reason(0), 'cooldown');
    assert.equal(account.level, 1);
  });

  it('P14, 64: a failure inside the window changes neither end nor level', () => {
    const account = new Account().fail(0, limited()).fail(0.1, limited());
    assert.deepEqual([account.blockedUntil(0.1), account.level], [1, 1]);
    account.fail(2, limited()).fail(3, limited()).fail(3.5, limited());
    assert.deepEqual([account.blockedUntil(3.5), account.level], [4, 2]);
  });

  it('65: the next window is twice as long', () => {
    const account = new Account().fail(0, limited()).fail(2, limited());
    assert.equal(account.blockedUntil(2), 4);
    assert.equal(account.level, 2);
  });

  it('66: a hint decides the end and leaves the level', () => {
    const account = new Account().fail(0, limited()).fail(2, limited());
    account.fail(3, limited(10 * SECOND));
    assert.equal(account.blockedUntil(3), 13);
    assert.equal(account.level, 2);
  });

  it('P15, 67: a hint never shortens a running window', () => {
    const account = new Account().fail(0, limited(60 * SECOND));
    account.fail(0, limited(SECOND)).fail(0, limited(10 * SECOND));
    assert.equal(account.blockedUntil(0), 60);
  });

  it('P13, 68: all windows up to the cap, whose level stays (codex.md 5.5)', () => {
    const account = new Account();
    const lengths: number[] = [];
    let at = 0;
    for (let step = 0; step < 14; step += 1) {
      account.fail(at, limited());
      const until = account.blockedUntil(at) ?? 0;
      lengths.push(until - at);
      at = until;
    }
    assert.deepEqual(lengths, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800, 1800, 1800]);
    assert.equal(account.level, 11);
  });

  it('69: success frees the model and resets the level', () => {
    const account = new Account().fail(0, limited()).fail(2, limited()).succeed(2);
    assert.equal(account.reason(2), 'none');
    assert.equal(account.fail(3, limited()).blockedUntil(3), 4);
  });

  it('70 and codex.md 102: another model stays free', () => {
    const account = new Account().fail(0, limited(HOUR), 'gpt-5.5');
    assert.equal(account.reason(0, 'gpt-5.5'), 'cooldown');
    assert.equal(account.reason(0, 'gpt-5.4'), 'none');
  });
});

describe('a limit of the whole credential, routing.md 71', () => {
  const whole = (): UpstreamFailure => limited(HOUR, { credentialScoped: true });

  it('71: blocks every model, known or not', () => {
    const account = new Account().fail(0, limited(), 'm2').fail(5, whole(), 'm1');
    for (const model of ['m1', 'm2', 'never seen']) {
      assert.equal(account.blockedUntil(5, model), 5 + HOUR / SECOND, model);
      assert.equal(account.reason(5, model), 'cooldown', model);
    }
    assert.equal(account.state.account.quota.reason, 'credential_quota');
    assert.equal(account.state.account.message, 'quota exhausted');
    assert.equal(account.model('m1').suspension, 'quota');
  });

  it('a success changes nothing while it runs', () => {
    const account = new Account().fail(0, whole());
    const { state } = account;
    assert.equal(account.succeed(1).state, state);
    assert.notEqual(account.succeed(HOUR / SECOND).state, state);
    assert.deepEqual(account.state, emptyState());
  });

  it('backs off when there is no hint', () => {
    const account = new Account().fail(0, limited(undefined, { credentialScoped: true }));
    assert.equal(account.blockedUntil(0, 'never seen'), 1);
    account.fail(1, limited(undefined, { credentialScoped: true }));
    assert.equal(account.blockedUntil(1, 'never seen'), 3);
  });
});

describe('failures as Codex sends them, routing.md 92 and codex.md 55 to 63', () => {
  const answer = (status: number, body: unknown, nowMs = T) =>
    failureOfResponse(status, [], typeof body === 'string' ? body : JSON.stringify(body), nowMs);

  it('92 and 55: a usage limit is quota under any status, for as long as it says', () => {
    const limit = { error: { type: 'usage_limit_reached', resets_in_seconds: 3600 } };
    const account = new Account().fail(0, answer(400, limit));
    assert.equal(account.blockedUntil(0), 3600);
    assert.equal(account.reason(0), 'cooldown');
    assert.equal(account.model().lastError?.evidence, 'error.resets_in_seconds');
  });

  it('56: the absolute time wins', () => {
    const limit = {
      error: { type: 'usage_limit_reached', resets_at: 1_893_456_000, resets_in_seconds: 60 },
    };
    const account = new Account().fail(0, answer(429, limit));
    assert.equal(account.blockedUntil(0), 1_893_456_000 - T / SECOND);
    assert.equal(account.model().lastError?.evidence, 'error.resets_at');
  });

  it('57: no capacity backs off for that model', () => {
    const text = 'Selected model is at capacity. Please try a different model.';
    const account = new Account().fail(0, answer(503, { error: { message: text } }));
    assert.equal(account.blockedUntil(0), 1);
    assert.equal(account.reason(0, 'm2'), 'none');
  });

  it('62: payment and server errors', () => {
    const dead = { detail: { code: 'deactivated_workspace' } };
    assert.equal(new Account().fail(0, answer(402, dead)).blockedUntil(0), 1800);
    assert.equal(new Account().fail(0, answer(500, 'upstream exploded')).blockedUntil(0), 60);
  });

  it('63: three rate limits, each after the window of the one before', () => {
    const account = new Account();
    const body = { error: { type: 'rate_limit_error', message: 'Rate limit reached' } };
    const ends = [0, 1, 3].map((at) => account.fail(at, answer(429, body)).blockedUntil(at));
    assert.deepEqual(ends, [1, 3, 7]);
  });
});

/** How long a failure cools a model, by its status, the settings and the rules. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyState } from '../../src/actors/cooldown.ts';
import { Account, HOUR, MINUTE, OFF, ON, SECOND, T, limited } from './cooldown-account.ts';
import { failureOf } from './support.ts';
import type { RequestScopedRule } from '../../src/credentials/record.ts';
import type { UpstreamFailure } from '../../src/providers/types.ts';

describe('cooldown by status, routing.md 72 to 89', () => {
  type Row = [
    name: string,
    failure: UpstreamFailure,
    seconds: number | undefined,
    suspension: string,
  ];
  const rows: Row[] = [
    ['72: 401', failureOf(401, 'x'), 1800, 'unauthorized'],
    ['74: 402', failureOf(402, 'x'), 1800, 'payment_required'],
    ['74: 403', failureOf(403, 'x'), 1800, 'payment_required'],
    ['75: 404', failureOf(404, 'x'), 43_200, 'not_found'],
    [
      '76: item not persisted',
      failureOf(
        404,
        "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false.",
      ),
      undefined,
      '',
    ],
    [
      '77: context length',
      failureOf(400, { error: { code: 'context_length_exceeded' } }),
      undefined,
      '',
    ],
    [
      '80: model not supported',
      failureOf(400, 'model is not supported'),
      43_200,
      'model_not_supported',
    ],
    ['84: 500', failureOf(500, 'x'), 60, ''],
    ['85: connection reset', failureOf(0, 'reset', { network: 'reset' }), 60, ''],
    ['86: WebSocket close 1006', failureOf(0, 'closed', { network: 'closed' }), undefined, ''],
    ['87: client disconnect', failureOf(0, 'cancelled', { network: 'cancelled' }), undefined, ''],
    ['88: challenge', failureOf(403, '<html>Cloudflare'), 10, ''],
    ['P17, 89: dead grant', failureOf(400, { error: 'invalid_grant' }), 1800, 'invalid_grant'],
    ['other status', failureOf(418, 'x'), 60, ''],
  ];
  for (const [name, failure, seconds, suspension] of rows) {
    it(name, () => {
      const account = new Account();
      const before = account.state;
      account.fail(0, failure);
      assert.equal(account.blockedUntil(0), seconds);
      assert.equal(account.reason(0, 'm2'), 'none');
      if (seconds === undefined) assert.equal(account.state, before);
      else assert.equal(account.model().suspension ?? '', suspension);
    });
  }

  it('only quota and challenges are reported as a cooldown', () => {
    assert.equal(new Account().fail(0, failureOf(401, 'x')).reason(0), 'other');
    assert.equal(new Account().fail(0, failureOf(500, 'x')).reason(0), 'other');
    assert.equal(new Account().fail(0, failureOf(403, '<html>Cloudflare')).reason(0), 'cooldown');
  });

  it('a quota window that is over does not turn a later block into a cooldown', () => {
    const account = new Account().fail(0, limited()).fail(5, failureOf(401, 'x'));
    assert.equal(account.reason(5), 'other');
    assert.equal(account.level, 1);
  });

  it('88: the back-off outgrows the ten seconds', () => {
    const account = new Account();
    const lengths = [0, 20, 40, 60, 80].map((at) => {
      account.fail(at, failureOf(403, '<html>Cloudflare'));
      return (account.blockedUntil(at) ?? 0) - at;
    });
    assert.deepEqual(lengths, [10, 10, 10, 10, 16]);
    assert.equal(account.model().quota.reason, 'cloudflare');
  });

  it('a shorter block never replaces a longer one that runs', () => {
    const account = new Account().fail(0, failureOf(404, 'x')).fail(1, failureOf(500, 'x'));
    assert.equal(account.blockedUntil(1), 43_200);
  });

  it('after the end the model is free, its suspension stays until a success', () => {
    const account = new Account().fail(0, failureOf(401, 'x'));
    assert.equal(account.reason(1800), 'none');
    assert.equal(account.model().suspension, 'unauthorized');
    assert.deepEqual(account.succeed(1800).state, emptyState());
  });

  it('the first reason of a suspension stays', () => {
    const account = new Account().fail(0, failureOf(401, 'x')).fail(1, failureOf(404, 'x'));
    assert.equal(account.model().suspension, 'unauthorized');
  });

  it('a 429 leaves a quota mark with its time (routing.md 1.4)', () => {
    const account = new Account().fail(3, limited());
    assert.equal(account.model().quotaMarkAt, T + 3 * SECOND);
    assert.equal(account.model().suspension, 'quota');
    assert.equal(new Account().fail(3, failureOf(500, 'x')).model().quotaMarkAt, undefined);
  });

  it('a call without a model cools the credential itself', () => {
    const account = new Account().fail(0, failureOf(401, 'secret words'), '');
    assert.equal(account.blockedUntil(0, 'any'), 1800);
    assert.equal(account.state.account.message, 'unauthorized');
    assert.deepEqual(account.succeed(1, '').state, emptyState());
  });
});

describe('settings, routing.md 81 to 84', () => {
  it('P16, 81: a model that is not supported cools down even without cooling', () => {
    const body = { error: { message: 'requested model is not supported' } };
    const account = new Account(OFF).fail(0, failureOf(400, body));
    assert.equal(account.blockedUntil(0), 43_200);
    assert.equal(account.model().suspension, 'model_not_supported');
  });

  it('82: without cooling only the error is shown', () => {
    for (const failure of [failureOf(401, 'no'), limited(HOUR), failureOf(500, 'no')]) {
      const account = new Account(OFF).fail(0, failure);
      assert.equal(account.reason(0), 'none');
      const model = account.model();
      assert.equal(model.status, 'error');
      assert.equal(model.lastError?.httpStatus, failure.status);
      assert.equal(model.lastError?.until, undefined);
      assert.equal(model.lastError?.scope, undefined);
      assert.equal(model.suspension, undefined);
      assert.equal(model.quotaMarkAt, undefined);
    }
  });

  it('83, 84: length of the transient cooldown', () => {
    const until = (transientCooldownMs: number) =>
      new Account({ ...ON, transientCooldownMs }).fail(0, failureOf(500, 'x')).blockedUntil(0);
    assert.equal(until(MINUTE), 60);
    assert.equal(until(5 * SECOND), 5);
    assert.equal(until(-1), undefined);
  });
});

describe('forced cooldowns, routing.md 90 and 91', () => {
  const rule = (action: RequestScopedRule['action'], status = 400): RequestScopedRule[] => [
    { status, match: ['too long'], matchRegex: [], action },
  ];
  const tooLong = (status: number) => failureOf(status, 'prompt too long');

  it('90: no cooldown', () => {
    const account = new Account(ON, rule('continue'));
    const before = account.state;
    assert.equal(account.fail(0, tooLong(400)).state, before);
  });

  it('P21, 91: a minute where the status has none, even without cooling', () => {
    for (const settings of [ON, OFF, { ...ON, transientCooldownMs: -1 }]) {
      for (const action of ['continue-and-cooldown', 'stop-and-cooldown'] as const) {
        const account = new Account(settings, rule(action)).fail(0, tooLong(400));
        assert.equal(account.blockedUntil(0), 60);
      }
    }
    const none = new Account({ ...ON, transientCooldownMs: -1 }, rule('stop-and-cooldown', 500));
    assert.equal(none.fail(0, tooLong(500)).blockedUntil(0), 60);
  });

  it('91: else what the status demands', () => {
    const account = new Account(OFF, rule('stop-and-cooldown', 404)).fail(0, tooLong(404));
    assert.equal(account.blockedUntil(0), 43_200);
    const quota = new Account(OFF, rule('stop-and-cooldown', 429)).fail(0, tooLong(429));
    assert.equal(quota.blockedUntil(0), 1);
  });
});

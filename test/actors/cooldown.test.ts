import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  applyFailure,
  applySuccess,
  emptyState,
  MAX_MODEL_STATES,
  retainAfterChange,
} from '../../src/actors/cooldown.ts';
import { blockOf } from '../../src/credentials/availability.ts';
import { classify, compileRules } from '../../src/actors/classify.ts';
import { failureOf, recordOf } from './support.ts';
import { failureOfResponse } from '../../src/providers/codex/response-failure.ts';
import type { CoolingSettings } from '../../src/actors/cooldown-table.ts';
import type { CredentialRecord, RequestScopedRule } from '../../src/credentials/record.ts';
import type { CredentialState, ModelState } from '../../src/credentials/state.ts';
import type { UpstreamFailure } from '../../src/providers/types.ts';

const T = 1_760_000_000_000;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const ON: CoolingSettings = { disableCooling: false, transientCooldownMs: MINUTE };
const OFF: CoolingSettings = { ...ON, disableCooling: true };

/** One credential under test: failures and successes at seconds after T. */
class Account {
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

const limited = (retryAfterMs?: number, more: Partial<UpstreamFailure> = {}): UpstreamFailure =>
  failureOf(429, 'slow down', { retryAfterMs, ...more });

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

describe('what is kept of an error', () => {
  it("is the upstream's words and status, and the cooldown's evidence, end and scope", () => {
    const hint = { retryAfterMs: SECOND, evidence: 'retry-after' };
    const failure = failureOf(429, { error: { message: 'slow down' } }, hint);
    const model = new Account().fail(0, failure).model();
    assert.equal(model.message, 'slow down');
    assert.deepEqual(model.lastError, {
      message: 'slow down',
      httpStatus: 429,
      evidence: 'retry-after',
      until: T + SECOND,
      scope: 'model',
    });
    assert.equal(model.updatedAt, T);
  });

  it('names the end that is in force, and the credential when the limit covers it', () => {
    const account = new Account().fail(0, failureOf(404, 'x')).fail(1, failureOf(500, 'y'));
    assert.equal(account.model().lastError?.until, T + 12 * HOUR);
    const whole = new Account().fail(0, limited(HOUR, { credentialScoped: true }));
    assert.equal(whole.model().lastError?.scope, 'credential');
    assert.equal(whole.state.account.lastError?.scope, 'credential');
    const unknown = new Account().fail(0, failureOf(401, 'no'), '');
    assert.equal(unknown.state.account.lastError?.scope, 'credential');
  });

  it('is short and holds no token', () => {
    const text = `Incorrect API key: sk-live0123456789abcdef ${'x'.repeat(100_000)}`;
    const { lastError } = new Account().fail(0, failureOf(401, text)).model();
    assert.ok((lastError?.message.length ?? 0) <= 500);
    assert.ok(!JSON.stringify(lastError).includes('0123456789'));
  });
});

describe('steps without an effect', () => {
  it('return the state they were given', () => {
    const state = emptyState();
    assert.equal(applySuccess(state, 'm1', T), state);
    const busy = new Account().fail(0, limited(), 'm2').state;
    assert.equal(applySuccess(busy, 'm1', T), busy);
  });

  it('a step changes no object that was published before', () => {
    const account = new Account().fail(0, limited());
    const before = structuredClone(account.state);
    const published = account.state;
    account.fail(2, limited(undefined, { credentialScoped: true })).succeed(9);
    assert.deepEqual(published, before);
  });
});

describe('bound of the states', () => {
  it('forgets the model that is free the soonest', () => {
    const account = new Account();
    for (let index = 0; index < MAX_MODEL_STATES; index += 1) {
      account.fail(0, limited((index === 7 ? 1 : 100 + index) * SECOND), `m${index}`);
    }
    account.fail(0, limited(500 * SECOND), 'one more');
    assert.equal(Object.keys(account.state.models).length, MAX_MODEL_STATES);
    assert.equal(account.reason(0, 'm7'), 'none');
    assert.equal(account.reason(0, 'one more'), 'cooldown');
    account.fail(0, limited(600 * SECOND), 'one more');
    assert.equal(account.reason(0, 'm8'), 'cooldown');
  });

  it('models may have any name', () => {
    const account = new Account();
    for (const model of ['constructor', '__proto__', 'toString']) {
      assert.equal(account.reason(0, model), 'none');
      account.fail(0, limited(HOUR), model);
      assert.equal(account.reason(0, model), 'cooldown', model);
      account.succeed(1, model);
      assert.equal(account.reason(1, model), 'none', model);
    }
  });
});

describe('what a reload keeps (routing.md 6.6)', () => {
  const before = recordOf();
  const cooling = new Account().fail(0, failureOf(401, 'x')).state;
  const account = new Account().fail(0, limited(HOUR, { credentialScoped: true })).state;

  it('44: a changed file starts clean', () => {
    const source = { kind: 'file', path: '/auth/codex-user.json', fingerprint: 'f1' } as const;
    assert.deepEqual(retainAfterChange(cooling, before, recordOf({ source })), emptyState());
  });

  it('everything when only tokens changed: the record is the same', () => {
    assert.equal(retainAfterChange(cooling, before, recordOf()), cooling);
  });

  it('everything when an entry only moved in its list', () => {
    const entry = (index: number): CredentialRecord =>
      recordOf({ source: { kind: 'config', section: 'codex-api-key', index, apiKey: 'sk-a' } });
    assert.equal(retainAfterChange(cooling, entry(0), entry(3)), cooling);
  });

  const changes: Partial<CredentialRecord>[] = [
    { prefix: 'team' },
    { priority: 5 },
    { requestRetry: 2 },
    { aliases: [{ name: 'gpt-5.5', alias: 'best', fork: false, forceMapping: false }] },
  ];
  for (const change of changes) {
    it(`nothing when ${Object.keys(change).join()} changed, but a limit of the account`, () => {
      assert.deepEqual(retainAfterChange(cooling, before, recordOf(change)), emptyState());
      const kept = retainAfterChange(account, before, recordOf(change));
      assert.equal(kept.account, account.account);
      assert.deepEqual(kept.models, {});
      assert.equal(blockOf(kept, false, 'm1', T).reason, 'cooldown');
      assert.equal(blockOf(kept, false, 'm1', T + HOUR).reason, 'none');
    });
  }

  it('nothing at all when it was switched off, or its cooling was', () => {
    for (const change of [{ disabled: true }, { disableCooling: true }]) {
      assert.deepEqual(retainAfterChange(account, before, recordOf(change)), emptyState());
    }
  });

  it('a clean state is the same object', () => {
    const state = emptyState();
    assert.equal(retainAfterChange(state, before, recordOf({ priority: 5 })), state);
  });
});

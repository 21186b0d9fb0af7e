/** Quota readings of Codex answers (codex.md 5.1, 2.7), and usage limits that rest on them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codexProvider } from '../../../src/providers/codex/provider.ts';
import { compatibleProvider } from '../../../src/providers/openai-compatible/provider.ts';
import { event, NOW } from '../support.ts';
import { MAX_NAME_CHARS } from '../../../src/providers/codex/quota.ts';
import type { QuotaReading } from '../../../src/credentials/quota.ts';

const SECONDS = NOW / 1000;

const window = (slot: string, used: string, minutes: string, resetAt: number) => ({
  [`x-codex-${slot}-used-percent`]: used,
  [`x-codex-${slot}-window-minutes`]: minutes,
  [`x-codex-${slot}-reset-at`]: String(resetAt),
});

const fromHeaders = (headers: Record<string, string>): QuotaReading | undefined =>
  codexProvider.quotaOfHeaders(Object.entries(headers).flat(), NOW);

const PRIMARY = window('primary', '12.5', '300', SECONDS + 60);
const PRIMARY_WINDOW = {
  usedPercent: 12.5,
  windowMinutes: 300,
  resetAt: NOW + 60_000,
  evidence: 'x-codex-primary-reset-at',
};

describe('quota readings in headers', () => {
  it('everything at once', () => {
    const headers = {
      'content-type': 'text/event-stream',
      'x-codex-plan-type': 'pro',
      'x-codex-active-limit': 'codex_x',
      ...PRIMARY,
      ...window('secondary', '40', '10080', SECONDS + 86_400),
      'x-codex-credits-has-credits': 'True',
      'x-codex-credits-unlimited': 'false',
      'x-codex-credits-balance': '9.99',
    };
    assert.deepEqual(fromHeaders(headers), {
      limit: 'codex_x',
      plan: 'pro',
      primary: PRIMARY_WINDOW,
      secondary: {
        usedPercent: 40,
        windowMinutes: 10_080,
        resetAt: NOW + 86_400_000,
        evidence: 'x-codex-secondary-reset-at',
      },
      credits: { hasCredits: true, unlimited: false, balance: '9.99' },
      observedAt: NOW,
      source: 'headers',
    });
  });

  it('names in any case', () => {
    const shouted = Object.entries(PRIMARY).map(([name, value]) => [name.toUpperCase(), value]);
    assert.deepEqual(fromHeaders(Object.fromEntries(shouted))?.primary, PRIMARY_WINDOW);
  });

  it('a reset as seconds from now', () => {
    const relative = {
      'x-codex-primary-used-percent': '0',
      'x-codex-primary-window-minutes': '300',
      'x-codex-primary-reset-after-seconds': '0',
    };
    assert.deepEqual(fromHeaders(relative)?.primary, {
      usedPercent: 0,
      windowMinutes: 300,
      resetAt: NOW,
      evidence: 'x-codex-primary-reset-after-seconds',
    });
    const both = { ...relative, 'x-codex-primary-reset-at': String(SECONDS + 60) };
    assert.equal(fromHeaders(both)?.primary?.evidence, 'x-codex-primary-reset-at');
  });

  const none: [string, Record<string, string>][] = [
    ['no headers of the family', { 'x-request-id': '1', 'content-type': 'text/plain' }],
    ['the turn state alone', { 'x-codex-turn-state': 'abc' }],
    ['the name of the limit alone', { 'x-codex-active-limit': 'codex' }],
    ['a window without its length', { 'x-codex-primary-used-percent': '100' }],
    ['a negative use', { ...PRIMARY, 'x-codex-primary-used-percent': '-1' }],
    ['a use that is no number', { ...PRIMARY, 'x-codex-primary-used-percent': 'lots' }],
    ['an empty use', { ...PRIMARY, 'x-codex-primary-used-percent': '' }],
    ['a window of no length', { ...PRIMARY, 'x-codex-primary-window-minutes': '0' }],
    ['a reset at 0', { ...PRIMARY, 'x-codex-primary-reset-at': '0' }],
    ['a reset beyond all time', { ...PRIMARY, 'x-codex-primary-reset-at': '9'.repeat(30) }],
    ['a plan that nobody could read', { 'x-codex-plan-type': 'x'.repeat(MAX_NAME_CHARS + 1) }],
    ['a plan with control characters', { 'x-codex-plan-type': 'pro\u001b[2J' }],
  ];
  for (const [name, headers] of none) {
    it(`none: ${name}`, () => assert.equal(fromHeaders(headers), undefined));
  }
});

describe('quota readings in frames', () => {
  const frame = (parts: Record<string, unknown>): QuotaReading | undefined =>
    codexProvider.quotaOfEvent(event({ type: 'codex.rate_limits', ...parts }), NOW);
  const primary = { used_percent: 2, window_minutes: 10_080, reset_at: SECONDS + 60 };

  it('as the upstream sends it', () => {
    const reading = frame({
      plan_type: 'pro',
      metered_limit_name: 'codex_x',
      limit_name: 'other',
      rate_limits: { primary, secondary: null },
    });
    assert.deepEqual(reading, {
      limit: 'codex_x',
      plan: 'pro',
      primary: {
        usedPercent: 2,
        windowMinutes: 10_080,
        resetAt: NOW + 60_000,
        evidence: 'rate_limits.primary.reset_at',
      },
      observedAt: NOW,
      source: 'frame',
    });
  });

  it('other names, a relative reset, credits', () => {
    const secondary = { used_percent: 2, window_minutes: 300, reset_after_seconds: 30 };
    const reading = frame({
      limit_name: 'codex_y',
      rate_limits: { secondary },
      credits: { has_credits: true, unlimited: true, balance: 3 },
    });
    assert.equal(reading?.limit, 'codex_y');
    assert.equal(reading.secondary?.resetAt, NOW + 30_000);
    assert.equal(reading.secondary.evidence, 'rate_limits.secondary.reset_after_seconds');
    assert.deepEqual(reading.credits, { hasCredits: true, unlimited: true, balance: '3' });
    assert.equal(frame({ rate_limits: { primary } })?.limit, 'codex');
  });

  it('the headers of an error frame', () => {
    const headers = { ...PRIMARY, 'x-codex-primary-window-minutes': 300, 'x-null': null };
    const reading = codexProvider.quotaOfEvent(event({ type: 'error', status: 429, headers }), NOW);
    assert.deepEqual(reading?.primary, PRIMARY_WINDOW);
    assert.equal(reading.source, 'frame');
  });

  const none: unknown[] = [
    { type: 'codex.rate_limits' },
    { type: 'codex.rate_limits', rate_limits: null },
    { type: 'codex.rate_limits', rate_limits: { primary: { ...primary, reset_at: null } } },
    { type: 'response.created', rate_limits: { primary } },
    { type: 'error', error: { message: 'x' } },
    { rate_limits: { primary } },
    'null',
    '"codex.rate_limits"',
    '[1]',
    '[DONE]',
    '',
  ];
  for (const data of none) {
    it(`none: ${JSON.stringify(data)}`, () => {
      assert.equal(codexProvider.quotaOfEvent(event(data), NOW), undefined);
    });
  }
});

describe('a usage limit', () => {
  const body = (error: Record<string, unknown>): string => JSON.stringify({ error });
  const limit = body({ type: 'usage_limit_reached', message: 'x' });
  const failure = (text: string, headers: Record<string, string>, status = 429) =>
    codexProvider.failureOfResponse(status, Object.entries(headers).flat(), text, NOW);
  const exhausted = (slot: string, seconds: number) =>
    window(slot, '100', '300', SECONDS + seconds);

  it('without a time in its body lasts until the exhausted window is reset', () => {
    const { retryAfterMs, evidence, usageLimit } = failure(limit, exhausted('primary', 90));
    assert.equal(retryAfterMs, 90_000);
    assert.equal(evidence, 'x-codex-primary-reset-at');
    assert.equal(usageLimit, 'codex');
  });

  it('lasts until all exhausted windows are reset', () => {
    const headers = { ...exhausted('primary', 90), ...exhausted('secondary', 400) };
    const { retryAfterMs, evidence } = failure(limit, { ...headers, 'retry-after': '5' });
    assert.equal(retryAfterMs, 400_000);
    assert.equal(evidence, 'x-codex-secondary-reset-at');
  });

  it('lasts as long as its body says, whatever the windows say (codex.md 5.1)', () => {
    const own = body({ type: 'usage_limit_reached', resets_in_seconds: 3600 });
    const { retryAfterMs, evidence } = failure(own, exhausted('primary', 90));
    assert.equal(retryAfterMs, 3_600_000);
    assert.equal(evidence, 'error.resets_in_seconds');
  });

  it('inside a stream has the headers of its answer to rest on', () => {
    const failed = event({
      type: 'response.failed',
      response: { error: { type: 'usage_limit_reached', message: 'x' } },
    });
    const headers = Object.entries(exhausted('primary', 90)).flat();
    const read = codexProvider.failureOfEvent(failed, NOW, headers);
    assert.equal(read?.retryAfterMs, 90_000);
    assert.equal(read.usageLimit, 'codex');
    assert.deepEqual(read.headers, [], 'they are not the failure of these headers');
  });

  it('in an error frame has the headers of the frame', () => {
    const frame = {
      type: 'error',
      status: 429,
      error: { type: 'usage_limit_reached', message: 'x' },
      headers: { ...exhausted('primary', 90), 'x-codex-active-limit': 'codex_x' },
    };
    const read = codexProvider.failureOfEvent(event(frame), NOW);
    assert.equal(read?.retryAfterMs, 90_000);
    assert.equal(read.usageLimit, 'codex_x');
  });

  const names: [string, string, Record<string, string>, string | undefined][] = [
    ['the default without headers', limit, {}, 'codex'],
    ['the active one', limit, { 'x-codex-active-limit': 'codex_x', ...PRIMARY }, undefined],
    [
      'the active one, exhausted',
      limit,
      { 'x-codex-active-limit': 'codex_x', ...exhausted('primary', 9) },
      'codex_x',
    ],
    ['none when the windows have quota left: something else is used up', limit, PRIMARY, undefined],
    ['none for other rate limits', body({ type: 'rate_limit_error' }), {}, undefined],
    ['none for a model at capacity', 'Selected model is at capacity.', {}, undefined],
  ];
  for (const [name, text, headers, expected] of names) {
    it(`named: ${name}`, () => assert.equal(failure(text, headers).usageLimit, expected));
  }

  it('is what exhausted windows are believed for: other refusals back off', () => {
    const other = failure(body({ type: 'rate_limit_error' }), exhausted('primary', 90));
    assert.equal(other.retryAfterMs, undefined);
  });
});

describe('compatible providers', () => {
  it('have no readings', () => {
    assert.equal(compatibleProvider.quotaOfHeaders(Object.entries(PRIMARY).flat(), NOW), undefined);
    const frame = event({ type: 'codex.rate_limits', plan_type: 'pro' });
    assert.equal(compatibleProvider.quotaOfEvent(frame, NOW), undefined);
  });
});

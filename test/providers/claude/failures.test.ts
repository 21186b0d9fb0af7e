import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classify } from '../../../src/actors/classify.ts';
import { failureOfEvent, failureOfResponse } from '../../../src/providers/claude/failures.ts';
import { quotaOfHeaders } from '../../../src/providers/claude/rate-limits.ts';
import { event, NOW } from '../support.ts';

const SECONDS = NOW / 1000;
const limits = (values: Record<string, string | number>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [`Anthropic-Ratelimit-${name}`, String(value)]);
const refused = (headers: string[], body = '{"type":"error"}', status = 429) =>
  failureOfResponse(status, headers, body, NOW);

describe('refusals of Anthropic (providers.md 7.7)', () => {
  it('C13: a used-up window blocks the whole account until its reset; no random time is added', () => {
    const failure = refused(
      limits({ 'unified-5h-status': 'rejected', 'unified-5h-reset': SECONDS + 100 }),
    );
    assert.equal(failure.credentialScoped, true);
    assert.equal(failure.retryAfterMs, 100_000);
    assert.equal(failure.evidence, 'anthropic-ratelimit-unified-5h-reset');
    assert.equal(failure.usageLimit, 'unified');
  });

  it('C14: the extra limit of one model family blocks only the model, for an untold time', () => {
    const failure = refused(
      limits({
        'unified-status': 'rejected',
        'unified-5h-status': 'allowed',
        'unified-7d-status': 'allowed',
        'unified-7d_oi-status': 'rejected',
        'unified-reset': SECONDS + 100,
      }),
    );
    assert.equal(failure.credentialScoped, false);
    assert.equal(failure.retryAfterMs, undefined);
  });

  it('C15: a refused fast mode is about the request', () => {
    const failure = refused(
      [],
      '{"error":{"message":"Fast request rejected: usage credits are required"}}',
    );
    assert.equal(failure.requestScoped, true);
  });

  it('of several times the latest counts', () => {
    const headers = [
      ...limits({
        'unified-5h-status': 'rejected',
        'unified-5h-reset': SECONDS + 100,
        'unified-7d-status': 'rejected',
        'unified-7d-reset': new Date(NOW + 300_000).toISOString(),
      }),
      'Retry-After',
      '200',
    ];
    assert.equal(refused(headers).retryAfterMs, 300_000);
  });

  it('Retry-After is believed with every error status; then no more than the model is blocked', () => {
    for (const status of [400, 429, 500, 503, 529, 599]) {
      const failure = refused(['retry-after', '7'], 'busy', status);
      assert.equal(failure.retryAfterMs, 7000, String(status));
      assert.equal(failure.credentialScoped, false);
      assert.equal(failure.status, status);
    }
    const date = new Date(NOW + 9000);
    for (const text of [date.toUTCString(), date.toISOString(), '9']) {
      assert.equal(refused(['retry-after', text], 'busy', 502).retryAfterMs, 9000, text);
    }
    assert.equal(refused(['retry-after', '7'], 'moved', 302).retryAfterMs, undefined);
  });

  it('resets count with every error status', () => {
    const headers = limits({ 'unified-status': 'rejected', 'unified-reset': SECONDS + 100 });
    for (const status of [400, 500]) {
      assert.equal(refused(headers, 'busy', status).retryAfterMs, 100_000);
    }
  });

  it('an account without credit is no fault of the request (in the reference it is)', () => {
    const bodyOf = (message: string): string =>
      JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } });
    for (const message of [
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.',
      'You have reached your specified API usage limits. You will regain access on 2026-01-01.',
      'You have reached your specified workspace API usage limits.',
      'This organization has been disabled.',
    ]) {
      const outcome = classify(refused([], bodyOf(message), 400), [], '/v1/messages', 'answering');
      assert.deepEqual([outcome.class, outcome.verdict], ['payment', 'next'], message);
    }
    const own = refused([], bodyOf('messages: credit balance is a required field'), 400);
    assert.equal(classify(own, [], '/v1/messages', 'answering').verdict, 'stop');
  });

  it('an error is never empty', () => {
    assert.notEqual(refused([], '', 500).body, '');
  });
});

describe('errors inside a stream', () => {
  for (const [type, status] of [
    ['invalid_request_error', 400],
    ['authentication_error', 401],
    ['permission_error', 403],
    ['rate_limit_error', 429],
    ['overloaded_error', 529],
    ['something_new', 502],
  ] as const) {
    it(`${type} is a ${String(status)}`, () => {
      const data = { type: 'error', error: { type, message: 'why' } };
      const failure = failureOfEvent(event(data, 'error'), NOW);
      assert.equal(failure?.status, status);
      assert.equal(failure?.body, JSON.stringify(data));
    });
  }

  it('an ordinary event is none', () => {
    assert.equal(failureOfEvent(event({ type: 'ping' }, 'ping'), NOW), undefined);
    const delta = { type: 'content_block_delta', delta: { text: 'error' } };
    assert.equal(failureOfEvent(event(delta, 'content_block_delta'), NOW), undefined);
  });

  it('an error event without data says something', () => {
    const failure = failureOfEvent(event('', 'error'), NOW);
    assert.deepEqual([failure?.status, failure?.body], [502, 'unknown upstream error']);
  });
});

describe('quota readings', () => {
  it('the two windows of a subscription', () => {
    const reading = quotaOfHeaders(
      limits({
        'unified-status': 'allowed',
        'unified-5h-utilization': '0.25',
        'unified-5h-reset': SECONDS + 3600,
        'unified-7d-utilization': '0.5',
        'unified-7d-reset': SECONDS + 86_400,
      }),
      NOW,
    );
    assert.deepEqual(reading, {
      limit: 'unified',
      primary: {
        usedPercent: 25,
        windowMinutes: 300,
        resetAt: NOW + 3_600_000,
        evidence: 'anthropic-ratelimit-unified-5h-reset',
      },
      secondary: {
        usedPercent: 50,
        windowMinutes: 10_080,
        resetAt: NOW + 86_400_000,
        evidence: 'anthropic-ratelimit-unified-7d-reset',
      },
      observedAt: NOW,
      source: 'headers',
    });
  });

  it('requests and tokens of a key', () => {
    const reset = new Date(NOW + 30_000).toISOString();
    const reading = quotaOfHeaders(
      limits({
        'requests-limit': 50,
        'requests-remaining': 45,
        'requests-reset': reset,
        'tokens-limit': 1000,
        'tokens-remaining': 0,
        'tokens-reset': reset,
      }),
      NOW,
    );
    assert.equal(reading?.limit, 'rate');
    assert.equal(Math.round(reading?.primary?.usedPercent ?? 0), 10);
    assert.equal(reading?.secondary?.usedPercent, 100);
    assert.equal(reading?.secondary?.resetAt, NOW + 30_000);
  });

  it('a window that was rejected is used up, whatever its share says', () => {
    const reading = quotaOfHeaders(
      limits({
        'unified-5h-status': 'rejected',
        'unified-5h-utilization': '0.99',
        'unified-5h-reset': SECONDS + 60,
      }),
      NOW,
    );
    assert.equal(reading?.primary?.usedPercent, 100);
  });

  it('other headers say nothing, and neither do broken ones', () => {
    assert.equal(quotaOfHeaders(['content-type', 'text/plain'], NOW), undefined);
    const broken = limits({ 'requests-limit': 'x', 'unified-5h-utilization': '0.5' });
    assert.equal(quotaOfHeaders(broken, NOW), undefined);
  });
});

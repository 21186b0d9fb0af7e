/** Errors of Google (providers.md 1.8, 2.3; vectors of 17 by number). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failureOfEvent, failureOfResponse } from '../../../src/providers/google/failures.ts';
import { MAX_DELAY_MS } from '../../../src/providers/google/retry-delay.ts';
import { event, NOW } from '../support.ts';

const TYPE = 'type.googleapis.com/google.rpc.';
const retryInfo = (retryDelay: string) => ({ '@type': `${TYPE}RetryInfo`, retryDelay });
const resetInfo = (quotaResetDelay: string) => ({
  '@type': `${TYPE}ErrorInfo`,
  reason: 'RATE_LIMIT_EXCEEDED',
  metadata: { quotaResetDelay },
});
const bodyOf = (message: string, details: unknown[] = []): string =>
  JSON.stringify({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message, details } });

const CASES: [name: string, body: string, ms: number | undefined, evidence?: string][] = [
  [
    '1.8: the example',
    bodyOf('Quota exceeded. Retry after 7s.', [
      resetInfo('373.801628ms'),
      retryInfo('3.957525076s'),
    ]),
    3958,
    'RetryInfo.retryDelay',
  ],
  ['P22: words of the message', bodyOf('try again after 1h2m3s.'), 3_723_000, 'error.message'],
  ['P23: a delay that is none', bodyOf('after 5s', [retryInfo('abc')]), undefined],
  [
    'P24: the reset of a quota',
    bodyOf('x', [resetInfo('373.801628ms')]),
    374,
    'ErrorInfo.quotaResetDelay',
  ],
  ['an empty delay is passed over', bodyOf('after 5s', [retryInfo('')]), 5000, 'error.message'],
  ['more than a month', bodyOf('x', [retryInfo(`${String(MAX_DELAY_MS)}s`)]), undefined],
  ['no JSON', 'after 5s', undefined],
  ['a refused stream comes as an array', `[${bodyOf('after 5s')}]`, 5000, 'error.message'],
];

describe('errors of Google', () => {
  for (const [name, body, ms, evidence] of CASES) {
    it(name, () => {
      const failure = failureOfResponse(429, [], body, NOW);
      assert.equal(failure.retryAfterMs, ms);
      assert.equal(failure.evidence, evidence);
      assert.equal(failure.body, body);
    });
  }

  it('D1: the header counts where the body tells nothing', () => {
    const failure = failureOfResponse(503, ['Retry-After', '4'], '', NOW);
    assert.equal(failure.retryAfterMs, 4000);
    assert.equal(failure.body, 'Service Unavailable');
    assert.equal(failureOfResponse(500, [], bodyOf('after 5s'), NOW).retryAfterMs, undefined);
  });

  it('a wrong key is the credential’s fault (the reference takes the 400 for the request’s)', () => {
    const info = { '@type': `${TYPE}ErrorInfo`, reason: 'API_KEY_INVALID' };
    assert.equal(failureOfResponse(400, [], bodyOf('x', [info]), NOW).status, 401);
    assert.equal(failureOfResponse(400, [], bodyOf('x'), NOW).status, 400);
  });

  it('a project that may not ask is the credential’s fault (in the reference the request’s)', () => {
    const statusOf = (message: string): number => {
      const error = { code: 400, status: 'FAILED_PRECONDITION', message };
      return failureOfResponse(400, [], JSON.stringify({ error }), NOW).status;
    };
    for (const message of [
      'User location is not supported for the API use.',
      'Gemini API free tier is not available in your country. Please enable billing on your project.',
      'Project `1` is not allowed to use Publisher Model `gemini-3-pro`',
    ]) {
      assert.equal(statusOf(message), 403, message);
    }
    assert.equal(statusOf('The File abc is not in an ACTIVE state and usage is not allowed.'), 400);
  });

  it('names the quota that is used up', () => {
    const quotaId = 'GenerateRequestsPerDayPerProjectPerModel-FreeTier';
    const detail = { '@type': `${TYPE}QuotaFailure`, violations: [{ quotaId }] };
    assert.equal(failureOfResponse(429, [], bodyOf('x', [detail]), NOW).usageLimit, quotaId);
    const odd = { ...detail, violations: [{ quotaId: 'a b' }, 5] };
    assert.equal(failureOfResponse(429, [], bodyOf('x', [odd]), NOW).usageLimit, undefined);
  });

  it('an error inside a stream', () => {
    const failure = failureOfEvent(event({ error: { code: 503, message: 'overloaded' } }), NOW);
    assert.equal(failure?.status, 503);
    assert.equal(failureOfEvent(event({ error: { message: 'x' } }), NOW)?.status, 502);
    assert.equal(failureOfEvent(event({ candidates: [] }), NOW), undefined);
    assert.equal(failureOfEvent(event('[DONE]'), NOW), undefined);
  });
});

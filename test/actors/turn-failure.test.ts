import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_SUMMARY, turnFailure } from '../../src/actors/turn-failure.ts';
import { SwitchyardError } from '../../src/errors.ts';

describe('failure of a turn by our own fault', () => {
  it('is neutral, and says whether the next credential may be tried', () => {
    assert.deepEqual(turnFailure(new SwitchyardError('mailbox_full')), {
      code: 'mailbox_full',
      status: 503,
      message: 'the credential has too many turns waiting',
      body: null,
      headers: [],
      retryAfterMs: null,
      verdict: 'next',
      neutral: true,
      summary: NO_SUMMARY,
    });
    assert.equal(turnFailure(new SwitchyardError('invalid_request')).verdict, 'stop');
    assert.equal(turnFailure(new SwitchyardError('overloaded')).verdict, 'stop');
  });

  it('keeps what the error knows', () => {
    const error = new SwitchyardError('upstream_bad_answer', {
      message: 'half a line',
      status: 500,
      body: '{"error":{}}',
      retryAfterMs: 1500,
    });
    const summary = { ...NO_SUMMARY, upstreamModel: 'gpt-5.5' };
    const failure = turnFailure(error, summary);
    assert.deepEqual(
      [failure.message, failure.status, failure.body, failure.retryAfterMs, failure.summary],
      ['half a line', 500, '{"error":{}}', 1500, summary],
    );
  });
});

/** What a failure means to its socket (codex.md 2.9, 3.9, 9.13). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerTo } from '../../../src/front/responses-socket/closing.ts';
import { endFailure } from '../../../src/upstream/socket/ends.ts';
import { errorFrame } from '../../../src/front/responses-socket/error-frame.ts';
import { SwitchyardError, type ErrorCode } from '../../../src/errors.ts';
import { turnFailure } from '../../../src/actors/turn-failure.ts';
import { upstreamFailure } from './support.ts';
import { usageLimitBody } from '../../support/turns.ts';

const closeOf = (code: ErrorCode, message?: string) =>
  answerTo(new SwitchyardError(code, message === undefined ? {} : { message })).close;

describe('what a failure means to the socket', () => {
  it('99: a turn that has to come again whole', () => {
    for (const failure of [
      new SwitchyardError('replay_required'),
      turnFailure(new SwitchyardError('replay_required')),
    ]) {
      const { frame, close } = answerTo(failure);
      assert.deepEqual(close, { code: 1012, reason: 'upstream requires HTTP replay' });
      assert.ok(frame.includes('"code":"previous_response_not_found"'));
    }
  });

  it('100: an exhausted pool is told in a frame (reference: a cut), and the socket stays', () => {
    const failure = upstreamFailure({ status: 429, body: usageLimitBody(9) });
    assert.deepEqual(answerTo(failure), { frame: errorFrame(failure), close: undefined });
    assert.equal(closeOf('model_cooldown'), undefined);
  });

  for (const [reason, told] of [
    ['message too big', 'message too big'],
    ['frame of 17 MB', 'frame of 17 MB'],
    ['', 'message too big'],
  ] as const) {
    it(`101: the upstream closed with 1009 ${JSON.stringify(reason)}`, () => {
      const failure = turnFailure(endFailure({ code: 1009, reason }));
      const { frame, close } = answerTo(failure);
      assert.deepEqual(close, { code: 1009, reason: told });
      assert.equal((JSON.parse(frame) as { status: number }).status, 413);
    });
  }

  it('101: the same from an answer of the upstream, and no other 413', () => {
    const of = (body: string) => answerTo(upstreamFailure({ status: 413, body })).close;
    const body = '{"error":{"message":"too much","code":"message_too_big"}}';
    assert.deepEqual(of(body), { code: 1009, reason: 'too much' });
    assert.equal(of('{"error":{"code":"other"}}'), undefined);
    assert.equal(of('not JSON'), undefined);
    assert.equal(closeOf('body_too_large'), undefined);
  });

  it('a proxy that goes', () => {
    assert.deepEqual(closeOf('draining'), { code: 1012, reason: 'the proxy is shutting down' });
  });

  it('a bug, whose words stay out of the reason', () => {
    const close = closeOf('internal', 'x is not a function');
    assert.deepEqual(close, { code: 1011, reason: 'internal error' });
  });

  for (const code of [
    'invalid_json',
    'invalid_request',
    'missing_model',
    'unknown_model',
    'auth_unavailable',
    'overloaded',
    'host_lost',
    'upstream_timeout',
    'upstream_incomplete_stream',
    'upstream_connection_lost',
  ] as const) {
    it(`${code} leaves the socket open: a whole input can go on`, () => {
      assert.equal(closeOf(code), undefined);
    });
  }
});

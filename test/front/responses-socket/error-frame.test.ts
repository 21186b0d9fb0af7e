/** Failures as error frames (codex.md 3.9). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  errorFrame,
  previousResponseNotFound,
} from '../../../src/front/responses-socket/error-frame.ts';
import { errorBody, type Failure } from '../../../src/front/errors/body.ts';
import { SwitchyardError } from '../../../src/errors.ts';
import { upstreamFailure } from './support.ts';
import { usageLimitBody } from '../../support/turns.ts';
import type { JsonObject } from '../../../src/canonical/value.ts';

const read = (failure: Failure): JsonObject => JSON.parse(errorFrame(failure)) as JsonObject;
const errorOf = (body: string): unknown => read(upstreamFailure({ body }))['error'];

describe('error frames', () => {
  it("have the upstream's own error with everything in it, and no wait where none helps", () => {
    const error = {
      type: 'usage_limit_reached',
      message: 'The usage limit has been reached',
      plan_type: 'plus',
      resets_at: 1790000000,
      resets_in_seconds: 3600,
    };
    const failure = upstreamFailure({ status: 429, body: JSON.stringify({ error }) });
    assert.deepEqual(read(failure), { type: 'error', status: 429, error });
    const limit = upstreamFailure({ status: 429, body: usageLimitBody(60), retryAfterMs: 60_000 });
    assert.equal('headers' in read(limit), false);
  });

  it('have the error that an HTTP client would get', () => {
    for (const code of ['invalid_json', 'unknown_model', 'upstream_timeout', 'internal'] as const) {
      const failure = new SwitchyardError(code, { param: 'p' });
      const body = JSON.parse(errorBody(failure)) as JsonObject;
      assert.deepEqual(read(failure), { type: 'error', status: failure.status, ...body });
    }
  });

  it('say when to come again', () => {
    const frame = read(new SwitchyardError('model_cooldown', { retryAfterMs: 2500 }));
    assert.deepEqual(frame['headers'], { 'Retry-After': '3' });
  });

  it("have the upstream's headers, the first value of each, but our own wait", () => {
    const failure = upstreamFailure({
      status: 429,
      retryAfterMs: 7000,
      headers: [
        ...['x-codex-primary-used-percent', '100', 'x-codex-primary-used-percent', '99'],
        ...['retry-after', '3600', 'set-cookie', 'c=1', 'content-type', 'text/html'],
      ],
    });
    assert.deepEqual(read(failure)['headers'], {
      'Retry-After': '7',
      'x-codex-primary-used-percent': '100',
    });
  });

  it('have a status where the network failed', () => {
    const failure = upstreamFailure({ code: 'upstream_connect_failed', status: 0 });
    assert.equal(read(failure)['status'], 502);
  });

  it('a body without an error member is the error', () => {
    assert.deepEqual(errorOf('{"detail":"Not Found"}'), { detail: 'Not Found' });
    assert.deepEqual(errorOf('{"error":null,"detail":"x"}'), { error: null, detail: 'x' });
  });

  it('a text is the message of an error (reference: the text itself, which Codex skips)', () => {
    const error = { type: 'server_error', code: 'internal_server_error' };
    assert.deepEqual(errorOf('{"error":"no luck"}'), { ...error, message: 'no luck' });
    assert.deepEqual(errorOf('"no luck"'), { ...error, message: 'no luck' });
    assert.deepEqual(errorOf('<html>'), { ...error, message: '<html>' });
    assert.deepEqual(errorOf('[{"error":1}]'), { ...error, message: '[{"error":1}]' });
  });

  it('codes and messages are texts (reference: as they are, and Codex skips the frame)', () => {
    assert.deepEqual(errorOf('{"error":{"code":429,"message":{"a":1},"status":"X"}}'), {
      code: '429',
      message: '{"a":1}',
      status: 'X',
    });
    assert.deepEqual(errorOf('{"error":{"code":null,"type":5}}'), { code: null, type: 5 });
  });

  it('are never empty', () => {
    for (const body of ['', ' ', '7', 'null', '{}', '{"error":{}}', '{"error":""}', null]) {
      const { error } = read(upstreamFailure({ body, message: '' })) as { error: JsonObject };
      assert.notEqual(error['message'], '', String(body));
      assert.equal(typeof error['message'], 'string');
    }
  });

  it('92: an unknown answer has the words of 3.9', () => {
    const frame =
      '{"type":"error","status":409,"error":{"message":"Previous response is not available on ' +
      'this websocket; resend the full conversation input without previous_response_id",' +
      '"type":"invalid_request_error","code":"previous_response_not_found",' +
      '"param":"previous_response_id"}}';
    assert.equal(previousResponseNotFound(), frame);
    assert.equal(errorFrame(new SwitchyardError('replay_required')), frame);
    assert.equal(errorFrame(upstreamFailure({ code: 'replay_required', status: 426 })), frame);
  });
});

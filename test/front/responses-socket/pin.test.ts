/** Pinning rules of codex.md 3.6. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../routing-support.ts';
import { releasesPin } from '../../../src/front/responses-socket/pin.ts';

describe('releasesPin', () => {
  for (const status of [0, 401, 402, 403, 408, 429, 502, 503, 504]) {
    it(`${status}: yes`, () => assert.equal(releasesPin(failure(status)), true));
  }
  for (const status of [400, 404, 409, 413, 422, 500]) {
    it(`${status}: no`, () => assert.equal(releasesPin(failure(status)), false));
  }

  it('an upstream that does not know the answer before', () => {
    const body = '{"error":{"code":"previous_response_not_found","message":"x"}}';
    assert.equal(releasesPin(failure(400, { body })), true);
    assert.equal(releasesPin(failure(426, { code: 'replay_required' })), true);
  });
});

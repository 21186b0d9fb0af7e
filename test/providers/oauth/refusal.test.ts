import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalOf } from '../../../src/providers/oauth/refusal.ts';

describe('words of a refusal', () => {
  const CASES: [status: number, body: string, expected: string][] = [
    [400, '{"error":"invalid_grant"}', 'status 400: invalid_grant'],
    [400, '{"error":"x","error_description":"y"}', 'status 400: x: y'],
    [403, '{"error":{"code":"x","message":"y"}}', 'status 403: x: y'],
    [400, '{"type":"error","error":{"type":"x","message":"y"}}', 'status 400: x: y'],
    [500, '{"message":"y"}', 'status 500: y'],
    [502, '<html>', 'status 502'],
    [400, '{"error":"a\\u0000\\n b"}', 'status 400: a b'],
    [400, '{"message":"refresh_token=secret-value-1"}', 'status 400: refresh_token=secr...ue-1'],
  ];
  for (const [status, body, expected] of CASES) {
    it(body, () => assert.equal(refusalOf(status, body), expected));
  }

  it('are not endless', () => {
    assert.equal(refusalOf(400, JSON.stringify({ error: 'x'.repeat(5000) })).length, 300);
  });
});

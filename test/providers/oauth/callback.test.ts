import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pastedQuery, readCallback } from '../../../src/providers/oauth/callback.ts';

describe('callbacks', () => {
  const CASES: [query: string, expected: ReturnType<typeof readCallback>][] = [
    ['code=c&state=s', { kind: 'code', code: 'c' }],
    ['http://localhost:1455/auth/callback?code=a%2Fb&state=s#x', { kind: 'code', code: 'a/b' }],
    ['code=c&state=t', { kind: 'state' }],
    ['a-b_c#s', { kind: 'code', code: 'a-b_c' }],
    ['c#t', { kind: 'state' }],
    ['c#', { kind: 'incomplete' }],
    ['code=c', { kind: 'incomplete' }],
    ['state=s', { kind: 'incomplete' }],
    ['', { kind: 'incomplete' }],
    ['error=denied&state=s', { kind: 'error', reason: 'denied' }],
    ['error=denied&error_description=no%0Away', { kind: 'error', reason: 'denied: no way' }],
    ['error=denied&state=t', { kind: 'state' }],
    ['error=denied&code=c&state=s', { kind: 'error', reason: 'denied' }],
  ];
  for (const [query, expected] of CASES) {
    it(`${query || 'nothing'}: ${expected.kind}`, () => {
      assert.deepEqual(readCallback(pastedQuery(query), 's'), expected);
    });
  }
});

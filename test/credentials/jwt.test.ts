import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { idTokenClaims, jwtExpiryMs } from '../../src/credentials/jwt.ts';
import { jwt } from './support.ts';

const VECTOR =
  'eyJhbGciOiJub25lIn0.eyJhdWQiOlsiYXBwIl0sImVtYWlsIjoidXNlckBleGFtcGxlLmNvbSIsImV4cCI6MTkwMDAw' +
  'MDAwMCwiaHR0cHM6Ly9hcGkub3BlbmFpLmNvbS9hdXRoIjp7ImNoYXRncHRfYWNjb3VudF9pZCI6ImFjY3QtMTIzNCIs' +
  'ImNoYXRncHRfcGxhbl90eXBlIjoidGVhbSJ9fQ.sig';

const AUTH = 'https://api.openai.com/auth';
const ALL = { email: 'user@example.com', accountId: 'acct-1234', plan: 'team' };

describe('idTokenClaims', () => {
  it('codex 108: e-mail, account and plan', () => {
    assert.deepEqual(idTokenClaims(VECTOR), ALL);
  });

  it('codex 108: differs: a string aud is fine', () => {
    const auth = { chatgpt_account_id: 'acct-1234', chatgpt_plan_type: 'team' };
    const token = jwt({ aud: 'app', email: 'user@example.com', [AUTH]: auth });
    assert.deepEqual(idTokenClaims(token), ALL);
  });

  it('codex 6.5: padding is optional', () => {
    const [head = '', body = '', tail = ''] = jwt({ email: 'a@b.c' }).split('.');
    const padded = body.padEnd(Math.ceil(body.length / 4) * 4, '=');
    assert.equal(idTokenClaims(`${head}.${padded}.${tail}`).email, 'a@b.c');
  });

  it('one claim of a wrong type does not lose the others', () => {
    const claims = idTokenClaims(jwt({ email: 3, [AUTH]: { chatgpt_plan_type: 'plus' } }));
    assert.equal(claims.email, undefined);
    assert.equal(claims.plan, 'plus');
  });

  for (const token of ['', 'a.b', 'a.b.c.d', 'a.!!.c', `a.${btoa('[1]')}.c`]) {
    it(`codex 6.5: nothing from ${JSON.stringify(token)}`, () => {
      assert.deepEqual(idTokenClaims(token), {});
    });
  }
});

describe('jwtExpiryMs', () => {
  it('is exp in milliseconds', () => assert.equal(jwtExpiryMs(VECTOR), 1_900_000_000_000));
  it('is undefined without exp', () => assert.equal(jwtExpiryMs(jwt({ exp: 'x' })), undefined));
});

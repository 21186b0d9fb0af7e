import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codexEndpoints } from '../../../src/providers/codex/oauth-endpoints.ts';
import {
  authorizeUrl,
  challengeOf,
  pastedQuery,
  proofKey,
  readCallback,
  refusalOf,
} from '../../../src/providers/codex/oauth-login.ts';

describe('proof keys', () => {
  it('vector 105: the challenge of RFC 7636', () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    assert.equal(challengeOf(verifier), 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  });

  it('vector 106: 96 bytes 0x00...0x5f', () => {
    assert.deepEqual(proofKey(Uint8Array.from({ length: 96 }, (_, index) => index)), {
      verifier:
        'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0BB' +
        'QkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5f',
      challenge: '10vGEdIUs89S5HPKbpL7Zkkl0o0Fu1gaA9ZhyeE_I74',
    });
  });
});

describe('addresses of the login service', () => {
  it('codex.md 6.1: the page', () => {
    assert.equal(
      authorizeUrl(codexEndpoints({}), 'CHALLENGE', 'STATE'),
      'https://auth.openai.com/oauth/authorize?client_id=app_EMoamEEZ73f0CkXaXp7hrann' +
        '&code_challenge=CHALLENGE&code_challenge_method=S256&codex_cli_simplified_flow=true' +
        '&id_token_add_organizations=true&prompt=login' +
        '&redirect_uri=http%3A%2F%2Flocalhost%3A1455%2Fauth%2Fcallback&response_type=code' +
        '&scope=openid+email+profile+offline_access&state=STATE',
    );
  });

  it('codex.md 6.3: the device login', () => {
    const { deviceCode, deviceToken, devicePage } = codexEndpoints({});
    assert.equal(deviceCode, 'https://auth.openai.com/api/accounts/deviceauth/usercode');
    assert.equal(deviceToken, 'https://auth.openai.com/api/accounts/deviceauth/token');
    assert.equal(devicePage, 'https://auth.openai.com/codex/device');
  });

  it('the environment replaces the origin, and the token address on its own', () => {
    const origin = { SWITCHYARD_CODEX_AUTH_URL: ' http://gateway.test/auth/ ' };
    assert.equal(codexEndpoints(origin).authorize, 'http://gateway.test/auth/oauth/authorize');
    assert.equal(codexEndpoints(origin).token, 'http://gateway.test/auth/oauth/token');
    const both = { ...origin, SWITCHYARD_CODEX_TOKEN_URL: 'http://token.test/t' };
    assert.equal(codexEndpoints(both).token, 'http://token.test/t');
    assert.equal(codexEndpoints(both).devicePage, 'http://gateway.test/auth/codex/device');
  });
});

describe('callbacks', () => {
  const CASES: [query: string, expected: ReturnType<typeof readCallback>][] = [
    ['code=c&state=s', { kind: 'code', code: 'c' }],
    ['http://localhost:1455/auth/callback?code=a%2Fb&state=s#x', { kind: 'code', code: 'a/b' }],
    ['code=c&state=t', { kind: 'state' }],
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

describe('words of a refusal', () => {
  const CASES: [status: number, body: string, expected: string][] = [
    [400, '{"error":"invalid_grant"}', 'status 400: invalid_grant'],
    [400, '{"error":"x","error_description":"y"}', 'status 400: x: y'],
    [403, '{"error":{"code":"x","message":"y"}}', 'status 403: x: y'],
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

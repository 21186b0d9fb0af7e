import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codexEndpoints } from '../../../src/providers/codex/oauth-endpoints.ts';
import { codexLoginPage } from '../../../src/providers/codex/oauth-login.ts';

describe('addresses of the login service', () => {
  it('codex.md 6.1: the page', () => {
    assert.equal(
      codexLoginPage(codexEndpoints({})).url('CHALLENGE', 'STATE'),
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

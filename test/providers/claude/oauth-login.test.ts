import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claudeEndpoints } from '../../../src/providers/claude/oauth-endpoints.ts';
import {
  claudeExchangeRequest,
  claudeLoginPage,
} from '../../../src/providers/claude/oauth-login.ts';

describe('addresses of the login service (providers.md 7.2)', () => {
  it('the page', () => {
    assert.equal(
      claudeLoginPage(claudeEndpoints({})).url('CHALLENGE', 'STATE'),
      'https://claude.ai/oauth/authorize?code=true&client_id=9d1c250a-e61b-44d9-88ed-5944d1962f5e' +
        '&response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A54545%2Fcallback' +
        '&scope=user%3Aprofile+user%3Ainference+user%3Asessions%3Aclaude_code+user%3Amcp_servers' +
        '+user%3Afile_upload&code_challenge=CHALLENGE&code_challenge_method=S256&state=STATE',
    );
  });

  it('tokens and profile', () => {
    const { token, profile } = claudeEndpoints({});
    assert.equal(token, 'https://platform.claude.com/v1/oauth/token');
    assert.equal(profile, 'https://api.anthropic.com/api/oauth/profile');
  });

  it('the environment replaces all origins, and the token address on its own', () => {
    const origin = { SWITCHYARD_CLAUDE_AUTH_URL: ' http://gateway.test/auth/ ' };
    assert.deepEqual(claudeEndpoints(origin), {
      authorize: 'http://gateway.test/auth/oauth/authorize',
      token: 'http://gateway.test/auth/v1/oauth/token',
      profile: 'http://gateway.test/auth/api/oauth/profile',
    });
    const token = { SWITCHYARD_CLAUDE_TOKEN_URL: ' http://token.test/t ' };
    assert.equal(claudeEndpoints({ ...origin, ...token }).token, 'http://token.test/t');
    assert.equal(claudeEndpoints(token).authorize, 'https://claude.ai/oauth/authorize');
  });
});

describe('the exchange (providers.md 7.2)', () => {
  const sent = (code: string): Record<string, unknown> => {
    const grant = { code, verifier: 'v', redirectUri: 'http://localhost:54545/callback' };
    const request = claudeExchangeRequest(
      claudeEndpoints({}),
      { ...grant, state: 'st1' },
      'direct',
    );
    assert.equal(request.proxyUrl, 'direct');
    return JSON.parse(Buffer.from(request.body ?? []).toString()) as Record<string, unknown>;
  };

  it('C5: a code with a state behind it is exchanged with that state', () => {
    const { code, state } = sent('abc#st2');
    assert.deepEqual({ code, state }, { code: 'abc', state: 'st2' });
  });

  it('C5: any other code with the state of the login', () => {
    for (const given of ['abc', 'abc#']) {
      const { code, state } = sent(given);
      assert.deepEqual({ code, state }, { code: 'abc', state: 'st1' });
    }
  });
});

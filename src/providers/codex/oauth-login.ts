/** The browser login of Codex accounts: its page, and the exchange (codex.md 6.1). */
import type { UpstreamRequest } from '../../upstream/types.ts';
import type { Grant, LoginPage } from '../oauth/callback.ts';
import { formRequest } from '../oauth/token-endpoint.ts';
import { CODEX_CLIENT_ID, type CodexEndpoints } from './oauth-endpoints.ts';

const REDIRECT_URI = 'http://localhost:1455/auth/callback';

/** The page that a person opens. */
export const codexLoginPage = (endpoints: CodexEndpoints): LoginPage => ({
  redirectUri: REDIRECT_URI,
  url: (challenge, state) => {
    const query = new URLSearchParams({
      client_id: CODEX_CLIENT_ID,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      codex_cli_simplified_flow: 'true',
      id_token_add_organizations: 'true',
      prompt: 'login',
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope: 'openid email profile offline_access',
      state,
    });
    return `${endpoints.authorize}?${query.toString()}`;
  },
});

/** Changes the code into tokens. */
export function exchangeRequest(
  endpoints: CodexEndpoints,
  grant: Grant,
  proxyUrl: string,
): UpstreamRequest {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: CODEX_CLIENT_ID,
    code: grant.code,
    redirect_uri: grant.redirectUri,
    code_verifier: grant.verifier,
  });
  return formRequest(endpoints.token, form, proxyUrl);
}

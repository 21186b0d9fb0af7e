/** The browser login of Anthropic accounts: its page, the exchange, the profile (providers.md 7.2). */
import type { TokenFields } from '../../credentials/tokens.ts';
import type { UpstreamRequest } from '../../upstream/types.ts';
import { PRODUCT_TOKEN } from '../../version.ts';
import type { LoginPage, PageGrant } from '../oauth/callback.ts';
import { jsonRequest, readExchange } from '../oauth/token-endpoint.ts';
import { accountIn } from './oauth-account.ts';
import { CLAUDE_CLIENT_ID, CLAUDE_SCOPE, type ClaudeEndpoints } from './oauth-endpoints.ts';

/** The profile has this long; the login does not depend on it. */
export const PROFILE_LIMIT_MS = 10_000;

const REDIRECT_URI = 'http://localhost:54545/callback';

/** The page that a person opens. */
export const claudeLoginPage = (endpoints: ClaudeEndpoints): LoginPage => ({
  redirectUri: REDIRECT_URI,
  url: (challenge, state) => {
    const query = new URLSearchParams({
      code: 'true',
      client_id: CLAUDE_CLIENT_ID,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: CLAUDE_SCOPE,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      state,
    });
    return `${endpoints.authorize}?${query.toString()}`;
  },
});

/** Changes the code into tokens. A code may bring a state of its own behind `#`. */
export function claudeExchangeRequest(
  endpoints: ClaudeEndpoints,
  grant: PageGrant,
  proxyUrl: string,
): UpstreamRequest {
  const [code = '', state = ''] = grant.code.split('#', 2);
  const body = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: grant.redirectUri,
    client_id: CLAUDE_CLIENT_ID,
    code_verifier: grant.verifier,
    state: state || grant.state,
  };
  return jsonRequest(endpoints.token, body, proxyUrl);
}

/** The tokens and their account, or why there are none. Messages never hold a token. */
export function readClaudeExchange(
  status: number,
  body: string,
  nowMs: number,
): TokenFields | { reason: string } {
  const read = readExchange(status, body, nowMs);
  return 'reason' in read ? read : { ...read, ...accountIn(body) };
}

/** Asks whose an access token is. */
export const profileRequest = (
  endpoints: ClaudeEndpoints,
  accessToken: string,
  proxyUrl: string,
): UpstreamRequest => ({
  method: 'GET',
  url: endpoints.profile,
  headers: [
    'Authorization',
    `Bearer ${accessToken}`,
    'Accept',
    'application/json',
    'User-Agent',
    PRODUCT_TOKEN,
  ],
  body: undefined,
  proxyUrl,
});

/** The refresh of Codex accounts (codex.md 6.4). */
import type { UpstreamRequest } from '../../upstream/types.ts';
import { formRequest } from '../oauth/token-endpoint.ts';
import { CODEX_CLIENT_ID } from './oauth-endpoints.ts';

/** The request of one refresh; `proxyUrl` as for turns. */
export function refreshRequest(
  url: string,
  refreshToken: string,
  proxyUrl: string,
): UpstreamRequest {
  const form = new URLSearchParams({
    client_id: CODEX_CLIENT_ID,
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    scope: 'openid profile email',
  });
  return formRequest(url, form, proxyUrl);
}

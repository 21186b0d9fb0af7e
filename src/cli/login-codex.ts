/** The login of a Codex account, with the browser or by device (codex.md 6.1, 6.3). */
import { idTokenClaims } from '../credentials/jwt.ts';
import { codexEndpoints } from '../providers/codex/oauth-endpoints.ts';
import { codexLoginPage, exchangeRequest } from '../providers/codex/oauth-login.ts';
import { readExchange } from '../providers/oauth/token-endpoint.ts';
import { withoutTokens, type AuthClient } from './auth-client.ts';
import type { LoginOptions } from './flags.ts';
import type { CliIo } from './io.ts';
import { browserGrant } from './login-browser.ts';
import { deviceGrant } from './login-device.ts';
import type { Login } from './login-result.ts';

/** @throws SwitchyardError `login_failed`, `callback_port_in_use` */
export async function loginCodex(
  io: CliIo,
  client: AuthClient,
  options: LoginOptions,
): Promise<Login> {
  const endpoints = codexEndpoints(io.env);
  const grant = options.device
    ? await deviceGrant(io, endpoints, client)
    : await browserGrant(io, codexLoginPage(endpoints), options);
  const { status, body } = await client.send(exchangeRequest(endpoints, grant, client.proxyUrl));
  const tokens = readExchange(status, body, io.clock.now());
  if ('reason' in tokens) throw withoutTokens(tokens.reason);
  const { plan } = idTokenClaims(tokens.idToken ?? '');
  const own = options.websockets ? { websockets: true } : {};
  return {
    account: { tokens, ...(plan !== undefined && { plan }), own },
    detail: plan === undefined ? undefined : `plan ${plan}`,
  };
}

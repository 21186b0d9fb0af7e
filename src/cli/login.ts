/** `switchyard login codex`: a login, and the account's file. */
import type { Config } from '../config/types.ts';
import { idTokenClaims } from '../credentials/jwt.ts';
import { saveAccount, type SavedAccount } from '../credentials/codex-accounts.ts';
import type { TokenFields } from '../credentials/tokens.ts';
import { codexEndpoints } from '../providers/codex/oauth-endpoints.ts';
import { codexLoginPage, exchangeRequest } from '../providers/codex/oauth-login.ts';
import { readExchange } from '../providers/oauth/token-endpoint.ts';
import { AuthClient, loginFailed } from './auth-client.ts';
import type { LoginOptions } from './flags.ts';
import type { CliIo } from './io.ts';
import { browserGrant } from './login-browser.ts';
import { deviceGrant } from './login-device.ts';

/** @throws SwitchyardError `login_failed`, `callback_port_in_use`, `credential_file_failed` */
export async function loginCodex(io: CliIo, config: Config, options: LoginOptions): Promise<void> {
  const tokens = await newTokens(io, config, options);
  if (!tokens.email) throw loginFailed('the answer names no e-mail, which the account is known by');
  const { plan } = idTokenClaims(tokens.idToken ?? '');
  const saved = await saveAccount(config.authDir, {
    tokens,
    ...(plan !== undefined && { plan }),
    own: options.websockets ? { websockets: true } : {},
    onlyIfNewer: false,
  });
  report(io, tokens.email, plan, saved);
}

async function newTokens(io: CliIo, config: Config, options: LoginOptions): Promise<TokenFields> {
  const endpoints = codexEndpoints(io.env);
  const client = new AuthClient(config, io);
  try {
    const grant = options.device
      ? await deviceGrant(io, endpoints, client)
      : await browserGrant(io, codexLoginPage(endpoints), options);
    const { status, body } = await client.send(exchangeRequest(endpoints, grant, client.proxyUrl));
    const tokens = readExchange(status, body, io.clock.now());
    if ('reason' in tokens) throw loginFailed(`no tokens were given: ${tokens.reason}`);
    return tokens;
  } finally {
    await client.close();
  }
}

function report(io: CliIo, email: string, plan: string | undefined, saved: SavedAccount): void {
  const what = saved.outcome === 'added' ? 'Added' : 'Renewed the login of';
  io.out(`${what} ${email}${plan === undefined ? '' : ` (plan ${plan})`}: ${saved.path}`);
  if (saved.disabled) {
    io.out(`It is disabled: switchyard accounts enable ${saved.name}`);
  }
}

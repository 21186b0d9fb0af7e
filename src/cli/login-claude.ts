/** The login of an Anthropic account with the browser (providers.md 7.2). */
import type { TokenFields } from '../credentials/tokens.ts';
import { toSwitchyardError } from '../errors.ts';
import { accountIn } from '../providers/claude/oauth-account.ts';
import { claudeEndpoints, type ClaudeEndpoints } from '../providers/claude/oauth-endpoints.ts';
import {
  claudeExchangeRequest,
  claudeLoginPage,
  PROFILE_LIMIT_MS,
  profileRequest,
  readClaudeExchange,
} from '../providers/claude/oauth-login.ts';
import { refusalOf } from '../providers/oauth/refusal.ts';
import { withoutTokens, type AuthClient } from './auth-client.ts';
import type { LoginOptions } from './flags.ts';
import type { CliIo } from './io.ts';
import { browserGrant } from './login-browser.ts';
import type { Login } from './login-result.ts';

const TERMS = `Whether an account may be used outside Anthropic's own clients is a matter of its
terms. API keys are made for other programs: claude-api-key in the config file.`;

/** @throws SwitchyardError `login_failed`, `callback_port_in_use` */
export async function loginClaude(
  io: CliIo,
  client: AuthClient,
  options: LoginOptions,
): Promise<Login> {
  io.note(TERMS);
  const endpoints = claudeEndpoints(io.env);
  const grant = await browserGrant(io, claudeLoginPage(endpoints), options);
  const request = claudeExchangeRequest(endpoints, grant, client.proxyUrl);
  const { status, body } = await client.send(request);
  const given = readClaudeExchange(status, body, io.clock.now());
  if ('reason' in given) throw withoutTokens(given.reason);
  const tokens = { ...given, ...(await profileOf(io, client, endpoints, given)) };
  return { account: { tokens, own: {} }, detail: tokens.organizationName };
}

/** What the profile knows better. The login goes on without it: its code can not be used again. */
async function profileOf(
  io: CliIo,
  client: AuthClient,
  endpoints: ClaudeEndpoints,
  { accessToken = '' }: TokenFields,
): Promise<TokenFields> {
  let reason: string;
  try {
    const request = profileRequest(endpoints, accessToken, client.proxyUrl);
    const { status, body } = await client.send(request, PROFILE_LIMIT_MS);
    if (status === 200) return accountIn(body);
    reason = refusalOf(status, body);
  } catch (thrown) {
    reason = toSwitchyardError(thrown).message;
  }
  io.note(`The account's profile could not be read: ${reason}`);
  return {};
}

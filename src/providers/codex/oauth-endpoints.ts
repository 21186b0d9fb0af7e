/** Addresses and names of OpenAI's login service for Codex accounts (codex.md 6.1, 6.3). */

/** Environment variable that replaces the service's origin, for tests and private gateways. */
export const CODEX_AUTH_URL_VARIABLE = 'SWITCHYARD_CODEX_AUTH_URL';

/** Environment variable that replaces the whole address of the token endpoint. */
export const CODEX_TOKEN_URL_VARIABLE = 'SWITCHYARD_CODEX_TOKEN_URL';

/** The public client that Codex accounts are bound to. */
export const CODEX_CLIENT_ID = 'app_EMoamEEZ73f0CkXaXp7hrann';

/** Codex tokens are refreshed this long before they end; they live about ten days. */
export const CODEX_LEAD_MS = 5 * 24 * 60 * 60 * 1000;

const ORIGIN = 'https://auth.openai.com';

/** Absolute URLs. */
export interface CodexEndpoints {
  /** Page of the browser login. */
  authorize: string;
  token: string;
  /** Gives the code of a device login. */
  deviceCode: string;
  /** Says whether the code of a device login was entered. */
  deviceToken: string;
  /** Page on which a person enters the code. */
  devicePage: string;
}

/** The addresses in force with these environment variables. */
export function codexEndpoints(
  env: Readonly<Record<string, string | undefined>> = process.env,
): CodexEndpoints {
  const origin = (env[CODEX_AUTH_URL_VARIABLE]?.trim() || ORIGIN).replace(/\/+$/, '');
  return {
    authorize: `${origin}/oauth/authorize`,
    token: env[CODEX_TOKEN_URL_VARIABLE]?.trim() || `${origin}/oauth/token`,
    deviceCode: `${origin}/api/accounts/deviceauth/usercode`,
    deviceToken: `${origin}/api/accounts/deviceauth/token`,
    devicePage: `${origin}/codex/device`,
  };
}

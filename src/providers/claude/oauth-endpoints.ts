/** Addresses and names of Anthropic's login service (providers.md 7.2). */

/** Environment variable that replaces the origins of all of them, for tests and private gateways. */
export const CLAUDE_AUTH_URL_VARIABLE = 'SWITCHYARD_CLAUDE_AUTH_URL';

/** Environment variable that replaces the whole address of the token endpoint. */
export const CLAUDE_TOKEN_URL_VARIABLE = 'SWITCHYARD_CLAUDE_TOKEN_URL';

/** The public client that Anthropic accounts are bound to. */
export const CLAUDE_CLIENT_ID = '9d1c250a-e61b-44d9-88ed-5944d1962f5e';

/** What its tokens are good for. */
export const CLAUDE_SCOPE =
  'user:profile user:inference user:sessions:claude_code user:mcp_servers user:file_upload';

/** Tokens live eight hours; half of that is left when they are renewed. */
export const CLAUDE_LEAD_MS = 4 * 60 * 60 * 1000;

const PAGE_ORIGIN = 'https://claude.ai';
const TOKEN_ORIGIN = 'https://platform.claude.com';
const API_ORIGIN = 'https://api.anthropic.com';

/** Absolute URLs. */
export interface ClaudeEndpoints {
  /** Page of the browser login. */
  authorize: string;
  token: string;
  /** Says whose an access token is. */
  profile: string;
}

/** The addresses in force with these environment variables. */
export function claudeEndpoints(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ClaudeEndpoints {
  const origin = env[CLAUDE_AUTH_URL_VARIABLE]?.trim().replace(/\/+$/, '') ?? '';
  return {
    authorize: `${origin || PAGE_ORIGIN}/oauth/authorize`,
    token: env[CLAUDE_TOKEN_URL_VARIABLE]?.trim() || `${origin || TOKEN_ORIGIN}/v1/oauth/token`,
    profile: `${origin || API_ORIGIN}/api/oauth/profile`,
  };
}

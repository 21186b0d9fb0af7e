/** The Codex CLI (clients.md 5.1). */
import { KEY, type ClientKind, type Setup } from '../client.ts';

/** How the client reaches the proxy. */
export type Login =
  /** A provider of its own with a key; with or without WebSockets. */
  | 'socket'
  | 'http'
  /** The built-in provider with a ChatGPT login: other paths, zstd bodies, an account check. */
  | 'chatgpt';

/** The client with this login. */
export const codex = (login: Login): ClientKind => ({
  program: 'codex',
  ...(login === 'chatgpt' && { keyless: true }),
  files: (setup) => ({
    '~/config.toml': settings(setup, login),
    ...(login === 'chatgpt' && { '~/auth.json': authFile() }),
  }),
  env: ({ port, home }) => ({
    CODEX_HOME: home,
    PROXY_KEY: KEY,
    CODEX_REFRESH_TOKEN_URL_OVERRIDE: `http://127.0.0.1:${port}/oauth/token`,
  }),
  args: (prompt, resume) => [
    ...(resume ? ['exec', 'resume', '--last'] : ['exec', '-s', 'danger-full-access']),
    ...['--skip-git-repo-check', prompt],
  ],
});

const settings = ({ port, model }: Setup, login: Login): string => `model = "${model}"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
${login === 'chatgpt' ? chatgptSettings(port) : keySettings(port, login)}`;

const QUIET = `[analytics]
enabled = false
[otel]
exporter = "none"
`;

const keySettings = (port: number, login: Login): string => `model_provider = "proxy"
${QUIET}[model_providers.proxy]
name = "proxy"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
env_key = "PROXY_KEY"
supports_websockets = ${String(login === 'socket')}
`;

/** Two names of this machine: the client wants both services to have different origins. */
const chatgptSettings = (
  port: number,
): string => `openai_base_url = "http://127.0.0.1:${port}/backend-api/codex"
chatgpt_base_url = "http://localhost:${port}/backend-api/"
cli_auth_credentials_store = "file"
${QUIET}`;

/** A login that nobody signed. */
function authFile(): string {
  const account = '00000000-0000-4000-8000-000000000001';
  const claims = {
    exp: 4_000_000_000,
    email: 'user@example.com',
    'https://api.openai.com/auth': {
      chatgpt_plan_type: 'plus',
      chatgpt_account_id: account,
      chatgpt_user_id: 'user-1',
    },
  };
  const part = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString('base64url');
  const token = `${part({ alg: 'none' })}.${part(claims)}.c2ln`;
  const tokens = { id_token: token, access_token: token, refresh_token: 'r', account_id: account };
  return JSON.stringify({
    auth_mode: 'chatgpt',
    OPENAI_API_KEY: null,
    tokens,
    last_refresh: new Date().toISOString(),
  });
}

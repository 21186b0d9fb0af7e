/** The real Codex CLI: installed into a folder of its own, run headless against a proxy. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, run, type Client, type RunResult } from './run.ts';

/** Release that is run; its npm package brings the native program along. */
export const CODEX_VERSION = '0.169.0';

/** Installs the package; resolves to the program's path. */
export async function installCodex(folder: string): Promise<string> {
  const packages = await install(folder, `@openai/codex@${CODEX_VERSION}`);
  return join(packages, '.bin', 'codex');
}

/** How the client reaches the proxy. */
export type Login =
  /** A provider of its own with a key; with or without WebSockets. */
  | 'socket'
  | 'http'
  /** The built-in provider with a ChatGPT login: other paths, zstd bodies, an account check. */
  | 'chatgpt';

/** One user's home and working folder. */
export class CodexHome implements Client {
  readonly #program: string;
  readonly #home: string;
  readonly #work: string;
  readonly #port: number;

  /** `port`: of the proxy; `files`: contents by name. */
  constructor(
    program: string,
    folder: string,
    port: number,
    login: Login,
    files: Record<string, string>,
  ) {
    this.#program = program;
    this.#port = port;
    this.#home = join(folder, 'home');
    this.#work = join(folder, 'work');
    for (const path of [this.#home, this.#work]) mkdirSync(path, { recursive: true });
    const settings = login === 'chatgpt' ? chatgptSettings(port) : keySettings(port, login);
    writeFileSync(join(this.#home, 'config.toml'), COMMON_SETTINGS + settings);
    if (login === 'chatgpt') writeFileSync(join(this.#home, 'auth.json'), authFile());
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.#work, name), text);
  }

  /** A new session, or the next turn of the last one. */
  exec(prompt: string, resume = false): Promise<RunResult> {
    const start = resume ? ['exec', 'resume', '--last'] : ['exec', '-s', 'danger-full-access'];
    return run(this.#program, [...start, '--skip-git-repo-check', prompt], this.#work, {
      CODEX_HOME: this.#home,
      HOME: this.#home,
      PROXY_KEY: 'sk-client-1',
      CODEX_REFRESH_TOKEN_URL_OVERRIDE: `http://127.0.0.1:${this.#port}/oauth/token`,
    });
  }
}

const COMMON_SETTINGS = `model = "gpt-5.4"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
`;

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

/** The real Codex CLI: installed into a folder of its own, run headless against a proxy. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Release that is run; its npm package brings the native program along. */
export const CODEX_VERSION = '0.169.0';

/** Milliseconds for one run; a healthy one takes a few seconds. */
const RUN_LIMIT_MS = 120_000;

/** How a run ended. */
export interface RunResult {
  status: number | null;
  output: string;
  ms: number;
}

/** Installs the package; resolves to the program's path. */
export async function installCodex(folder: string): Promise<string> {
  const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund'];
  const { status, output } = await run('npm', [...args, `@openai/codex@${CODEX_VERSION}`], folder);
  if (status !== 0) throw new Error(`npm could not install the Codex CLI:\n${output}`);
  return join(folder, 'node_modules', '.bin', 'codex');
}

/** One user's home and working folder. */
export class CodexHome {
  readonly #program: string;
  readonly #home: string;
  readonly #work: string;

  /** `origin` of the proxy; `files`: contents by name. */
  constructor(
    program: string,
    folder: string,
    origin: string,
    websockets: boolean,
    files: Record<string, string>,
  ) {
    this.#program = program;
    this.#home = join(folder, 'home');
    this.#work = join(folder, 'work');
    for (const path of [this.#home, this.#work]) mkdirSync(path, { recursive: true });
    writeFileSync(join(this.#home, 'config.toml'), configText(origin, websockets));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.#work, name), text);
  }

  /** A new session, or the next turn of the last one. */
  exec(prompt: string, resume = false): Promise<RunResult> {
    const start = resume ? ['exec', 'resume', '--last'] : ['exec', '-s', 'danger-full-access'];
    return run(this.#program, [...start, '--skip-git-repo-check', prompt], this.#work, {
      CODEX_HOME: this.#home,
      HOME: this.#home,
      PROXY_KEY: 'sk-client-1',
    });
  }
}

function configText(origin: string, websockets: boolean): string {
  return `model = "gpt-5.4"
model_provider = "proxy"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
[analytics]
enabled = false
[otel]
exporter = "none"
[model_providers.proxy]
name = "proxy"
base_url = "${origin}/v1"
wire_api = "responses"
env_key = "PROXY_KEY"
supports_websockets = ${String(websockets)}
`;
}

function run(
  program: string,
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<RunResult> {
  const began = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_LIMIT_MS,
    });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString('utf8'));
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output, ms: Date.now() - began }));
  });
}

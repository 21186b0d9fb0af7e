/** Starting clients, and installing them from npm. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Milliseconds for one run; a healthy one takes a few seconds. */
const RUN_LIMIT_MS = 300_000;

/** How a run ended. */
export interface RunResult {
  status: number | null;
  output: string;
  ms: number;
}

/** Installs a package without running its scripts; resolves to the folder of the packages. */
export async function install(folder: string, name: string): Promise<string> {
  // A folder of its own: npm takes out what an earlier call put in without saving it. It must not be
  // called like the package, which would then be taken for a folder to link.
  const own = join(folder, name.replaceAll(/[^a-z0-9.]/gi, '-'));
  mkdirSync(own, { recursive: true });
  const args = ['install', '--prefix', own, '--no-save', '--no-audit', '--no-fund'];
  const { status, output } = await run('npm', [...args, '--ignore-scripts', name], own);
  if (status !== 0) throw new Error(`npm could not install ${name}:\n${output}`);
  return join(own, 'node_modules');
}

/** Runs a program to its end; its outputs are joined. */
export function run(
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

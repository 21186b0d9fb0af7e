/**
 * Runs the real Codex CLI, Claude Code and the Gemini CLI through the proxy against a scripted local
 * upstream, and prints a table of what passed: `npm run clients`. Installs the clients from npm into a
 * temporary folder. An argument picks the scenarios whose names contain it; `CODEX=path` uses a Codex
 * CLI that is there already.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodexHome, installCodex } from './codex.ts';
import { installNodeClient, NodeClientHome, type NodeClient } from './node-clients.ts';
import type { Client, RunResult } from './run.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { ScriptedUpstream } from './upstream.ts';
import { startProcess } from '../bench/processes.ts';

const MARKS = ['MARK-one1', 'MARK-two2'];
const FILES = { 'probe.txt': 'MARK-one1\n', 'second.txt': 'MARK-two2\n' };
const PROGRAM = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Problems of one scenario. */
async function runScenario(
  programs: Programs,
  folder: string,
  scenario: Scenario,
): Promise<string[]> {
  const upstream = new ScriptedUpstream(scenario.fault);
  await upstream.listen();
  const config = writeConfig(folder, upstream.origin, scenario);
  const args = ['--import', 'tsx', PROGRAM, '--config', config];
  const proxy = await startProcess('switchyard', args, /"port":(\d+)/);
  try {
    const client = clientFor(folder, proxy.port, scenario, programs);
    const problems = failures(await client.exec('Read the two files'));
    if (scenario.resume) problems.push(...failures(await client.exec('Once more', true)));
    return [...problems, ...scenario.check(upstream.answered, upstream.sockets)];
  } finally {
    proxy.stop();
    upstream.close();
  }
}

/** Installed on first use. */
class Programs {
  readonly #folder: string;
  codex = process.env['CODEX'] ?? '';
  readonly node = new Map<NodeClient['kind'], NodeClient>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async provide(login: Scenario['login']): Promise<void> {
    if (login === 'claude' || login === 'gemini') {
      if (this.node.has(login)) return;
      this.node.set(login, await installNodeClient(this.#folder, login));
    } else if (this.codex === '') this.codex = await installCodex(this.#folder);
  }
}

function clientFor(
  folder: string,
  port: number,
  { login }: Scenario,
  { codex, node }: Programs,
): Client {
  if (login !== 'claude' && login !== 'gemini') {
    return new CodexHome(codex, folder, port, login, FILES);
  }
  const client = node.get(login);
  if (client === undefined) throw new Error(`${login} is not installed`);
  return new NodeClientHome(client, folder, port, FILES);
}

function failures({ status, output }: RunResult): string[] {
  const problems = status === 0 ? [] : [`exit status ${String(status)}`];
  const answer = /FINAL .*/.exec(output)?.[0] ?? '';
  if (!MARKS.every((mark) => answer.includes(mark))) problems.push('the answer is not complete');
  if (problems.length > 0) problems.push(output.slice(-2000));
  return problems;
}

function writeConfig(folder: string, origin: string, { accounts, login }: Scenario): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'config.yaml');
  const keys = Array.from({ length: accounts }, (_, index) => ({
    'api-key': `account-${index}`,
    'base-url': `${origin}/v1`,
    websockets: true,
    models: [{ name: 'gpt-5.4' }],
  }));
  const config = {
    host: '127.0.0.1',
    port: 0,
    'auth-dir': join(folder, 'auth'),
    // A ChatGPT login brings a token of its own instead of a key.
    'api-keys': login === 'chatgpt' ? [] : ['sk-client-1'],
    'codex-api-key': keys,
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-clients-'));
  const wanted = process.argv[2] ?? '';
  try {
    const programs = new Programs(folder);
    for (const [index, scenario] of SCENARIOS.entries()) {
      if (!scenario.name.includes(wanted)) continue;
      await programs.provide(scenario.login);
      const began = Date.now();
      const problems = await runScenario(programs, join(folder, String(index)), scenario);
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      const verdict = problems.length === 0 ? 'pass' : 'FAIL';
      console.log(`${verdict}  ${scenario.name.padEnd(48)} ${seconds.padStart(6)} s`);
      for (const problem of problems) console.log(`      ${problem.replaceAll('\n', '\n      ')}`);
      if (problems.length > 0) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();

/**
 * Runs real clients through the proxy against scripted local upstreams of every family, and prints a
 * table of what passed: `npm run clients`. An argument picks the scenarios whose names contain it.
 * Programs come from npm into a temporary folder, or from where the environment says (docs/benchmarks.md).
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, KEY } from './client.ts';
import { startFamilyUpstream } from './family-upstream.ts';
import { Programs, type Program } from './programs.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { ScriptedUpstream, type ClientUpstream } from './upstream.ts';
import { startProcess } from '../bench/processes.ts';
import { FAMILIES, type Family } from '../../test/support/families.ts';
import type { RunResult } from './run.ts';

const MARKS = ['MARK-one1', 'MARK-two2'];
const FILES = { 'probe.txt': 'MARK-one1\n', 'second.txt': 'MARK-two2\n' };
const PROGRAM = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Model that is asked for: the clients' own tables know the one of Codex. */
const modelOf = ({ family }: Scenario): string =>
  family === 'codex' ? 'gpt-5.4' : FAMILIES[family].model;

/** Problems of one scenario. */
async function runScenario(
  program: Program,
  folder: string,
  scenario: Scenario,
): Promise<string[]> {
  const upstream = await startUpstream(scenario);
  const config = writeConfig(folder, upstream.origin, scenario);
  const args = ['--import', 'tsx', PROGRAM, '--config', config];
  const proxy = await startProcess('switchyard', args, /"port":(\d+)/);
  try {
    const setup = { port: proxy.port, model: modelOf(scenario) };
    const client = new Client(program, scenario.client, folder, setup, FILES);
    const problems = failures(await client.exec('Read the two files', false));
    if (scenario.resume) problems.push(...failures(await client.exec('Once more', true)));
    return [...problems, ...upstream.problems, ...scenario.check(upstream)];
  } finally {
    proxy.stop();
    upstream.close();
  }
}

async function startUpstream({ family, fault }: Scenario): Promise<ClientUpstream> {
  if (family !== 'codex') return startFamilyUpstream(family);
  const upstream = new ScriptedUpstream(fault);
  await upstream.listen();
  return upstream;
}

function failures({ status, output }: RunResult): string[] {
  const problems = status === 0 ? [] : [`exit status ${String(status)}`];
  const answer = /FINAL .*/.exec(output)?.[0] ?? '';
  if (!MARKS.every((mark) => answer.includes(mark))) problems.push('the answer is not complete');
  if (problems.length > 0) problems.push(output.slice(-2000));
  return problems;
}

function writeConfig(folder: string, origin: string, scenario: Scenario): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'config.yaml');
  const { family, accounts, client } = scenario;
  const kind: Family = FAMILIES[family];
  const pool = kind.pool(origin, accounts, [modelOf(scenario)]);
  for (const entry of (pool['codex-api-key'] ?? []) as Record<string, unknown>[]) {
    entry['websockets'] = true;
  }
  const config = {
    host: '127.0.0.1',
    port: 0,
    'auth-dir': join(folder, 'auth'),
    'api-keys': client.keyless === true ? [] : [KEY],
    ...pool,
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** The program, or undefined with the reason printed. */
async function programFor(
  programs: Programs,
  { name, client }: Scenario,
): Promise<Program | undefined> {
  try {
    return await programs.provide(client.program);
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('\n');
    console.log(`skip  ${name.padEnd(48)} ${client.program} is not there: ${reason}`);
    return undefined;
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-clients-'));
  const wanted = process.argv[2] ?? '';
  try {
    const programs = new Programs(folder);
    for (const [index, scenario] of SCENARIOS.entries()) {
      if (!scenario.name.includes(wanted)) continue;
      const program = await programFor(programs, scenario);
      if (program === undefined) continue;
      const began = Date.now();
      const problems = await runScenario(program, join(folder, String(index)), scenario);
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

/**
 * Runs real clients through the proxy against scripted local upstreams of every family, and prints a
 * table of what passed: `npm run clients`. An argument picks the scenarios whose names contain it.
 * Programs come from npm into a temporary folder, or from where the environment says (docs/benchmarks.md).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beginnings } from './checks.ts';
import { Client } from './client.ts';
import { startFamilyUpstream } from './family-upstream.ts';
import { Programs, type Program } from './programs.ts';
import { modelOf, ScenarioProxy } from './proxy.ts';
import type { RunResult } from './run.ts';
import { PLAIN, type Interlude, type Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { ScriptedUpstream, type ClientUpstream } from './upstream.ts';

const MARKS = ['MARK-one1', 'MARK-two2'];
const FILES = { 'probe.txt': 'MARK-one1\n', 'second.txt': 'MARK-two2\n' };
const NAME_WIDTH = 60;

/** What came of a scenario. */
interface Report {
  problems: string[];
  upstream: ClientUpstream;
}

async function runScenario(program: Program, folder: string, scenario: Scenario): Promise<Report> {
  const upstream = await startUpstream(scenario);
  const proxy = await ScenarioProxy.start(folder, upstream.origin, scenario);
  try {
    const model = modelOf(scenario);
    if (scenario.then.includes('restart')) await proxy.ask(model);
    const client = new Client(program, scenario.client, folder, { port: proxy.port, model }, FILES);
    const problems = failures(await client.exec('Read the two files', false));
    for (const interlude of scenario.then) {
      await play(interlude, proxy, upstream);
      problems.push(...failures(await client.exec('Once more', true)));
    }
    return { problems: [...problems, ...upstream.problems, ...scenario.check(upstream)], upstream };
  } finally {
    proxy.stop();
    upstream.close();
  }
}

async function play(
  interlude: Interlude,
  proxy: ScenarioProxy,
  { answered }: ClientUpstream,
): Promise<void> {
  if (interlude === 'restart') await proxy.restart();
  if (interlude === 'drop-account') await proxy.drop(answered.at(-1)?.account ?? '');
}

async function startUpstream({ family, fault, reads }: Scenario): Promise<ClientUpstream> {
  if (family !== 'codex') return startFamilyUpstream(family, fault, reads);
  const upstream = new ScriptedUpstream(fault, reads);
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

/** The program, or undefined with the reason printed. */
async function programFor(
  programs: Programs,
  { name, client }: Scenario,
): Promise<Program | undefined> {
  try {
    return await programs.provide(client.program);
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('\n');
    console.log(`skip  ${name.padEnd(NAME_WIDTH)} ${client.program} is not there: ${reason}`);
    return undefined;
  }
}

/** Runs it and prints its line; false: it failed. */
async function report(program: Program, folder: string, scenario: Scenario): Promise<boolean> {
  const began = Date.now();
  const { problems, upstream } = await runScenario(program, folder, scenario);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const passed = problems.length === 0;
  const verdict = passed ? 'pass' : 'FAIL';
  const more =
    scenario.reads > PLAIN.reads ? [`again, bytes: ${beginnings(upstream.answered)}`] : [];
  const lines = [...more, ...problems].map((text) => `      ${text.replaceAll('\n', '\n      ')}`);
  const head = `${verdict}  ${scenario.name.padEnd(NAME_WIDTH)} ${seconds.padStart(6)} s`;
  console.log([head, ...lines].join('\n'));
  return passed;
}

/** Takes scenarios from `open` until there is none; names of those that failed go to `failed`. */
async function work(
  open: Iterator<[number, Scenario]>,
  programs: Programs,
  folder: string,
  failed: string[],
): Promise<void> {
  for (let next = open.next(); next.done !== true; next = open.next()) {
    const [index, scenario] = next.value;
    const program = await programFor(programs, scenario);
    if (program === undefined) continue;
    const passed = await report(program, join(folder, String(index)), scenario);
    if (!passed) failed.push(scenario.name);
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-clients-'));
  const wanted = process.argv[2] ?? '';
  const jobs = Number(process.env['JOBS'] ?? availableParallelism());
  try {
    const programs = new Programs(folder);
    const chosen = SCENARIOS.filter(({ name }) => name.includes(wanted));
    const open = chosen.entries();
    const failed: string[] = [];
    const workers = Array.from({ length: jobs }, () => work(open, programs, folder, failed));
    await Promise.all(workers);
    console.log(failed.length === 0 ? 'all passed' : `failed: ${failed.join('; ')}`);
    if (failed.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();

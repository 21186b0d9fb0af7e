/**
 * `npm run bench`: direct upstream, a bare node:http + undici pass-through, and Switchyard, side by
 * side in one run. Rounds are interleaved, so that drift of the machine hits all three alike;
 * medians are printed with their spread. Then the memory of slow readers, and the pairs of client and
 * upstream. Loopback only; ends by itself; exit code 1 when a pair misses its goal.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuSeconds, residentBytes, startProcess, type Measured } from './processes.ts';
import { writeConfig } from '../config-file.ts';
import { median } from '../median.ts';
import { postRequest, runLoad, type LoadResult } from './load.ts';
import { measurePairs } from './pairs/measure.ts';
import { measureSlowReaders } from './slow-readers.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const QUICK = process.env['BENCH_QUICK'] === '1';

interface Scenario {
  name: string;
  bodyBytes: number;
  stream: boolean;
  connections: number;
  requests: number;
}

interface Sample extends LoadResult {
  cpuMicros: number;
}

function scenarios(): Scenario[] {
  const result: Scenario[] = [];
  for (const stream of [false, true]) {
    for (const bodyBytes of [2_000, 200_000]) {
      for (const connections of [1, 10, 64]) {
        const base = stream || bodyBytes > 100_000 ? 1_000 : 4_000;
        const scale = connections === 1 ? 0.5 : 1;
        const requests = Math.round(base * scale * (QUICK ? 0.25 : 1));
        const name = `${bodyBytes / 1000} KB ${stream ? 'stream' : 'json'} c${connections}`;
        result.push({ name, bodyBytes, stream, connections, requests });
      }
    }
  }
  return result;
}

function body(bytes: number, stream: boolean): string {
  const text = 'lorem ipsum dolor sit amet '.repeat(Math.ceil(bytes / 27)).slice(0, bytes - 120);
  return JSON.stringify({ model: 'bench', stream, messages: [{ role: 'user', content: text }] });
}

async function sample(target: Measured, scenario: Scenario): Promise<Sample> {
  const request = postRequest(
    target.port,
    '/v1/chat/completions',
    body(scenario.bodyBytes, scenario.stream),
  );
  const before = cpuSeconds(target.pid);
  const result = await runLoad({ ...scenario, port: target.port, request });
  const cpuMicros = ((cpuSeconds(target.pid) - before) * 1e6) / scenario.requests;
  return { ...result, cpuMicros };
}

function row(name: string, samples: Sample[]): string {
  const of = (pick: (one: Sample) => number): number => median(samples.map(pick));
  const rates = samples.map((one) => one.requestsPerSecond);
  const spread = (Math.max(...rates) - Math.min(...rates)) / median(rates);
  const failures = samples.reduce((sum, one) => sum + one.failures, 0);
  return [
    name.padEnd(12),
    of((one) => one.requestsPerSecond)
      .toFixed(0)
      .padStart(8),
    of((one) => one.p50)
      .toFixed(3)
      .padStart(9),
    of((one) => one.p99)
      .toFixed(3)
      .padStart(9),
    of((one) => one.cpuMicros)
      .toFixed(0)
      .padStart(9),
    `${(spread * 100).toFixed(0)} %`.padStart(8),
    failures === 0 ? '' : `  ${failures} FAILED`,
  ].join(' ');
}

async function run(targets: Measured[]): Promise<void> {
  for (const target of targets) await warmUp(target);
  for (const scenario of scenarios()) {
    const samples = new Map<string, Sample[]>(targets.map((target) => [target.name, []]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const target of targets) {
        samples.get(target.name)?.push(await sample(target, scenario));
      }
    }
    console.log(`\n${scenario.name} (${scenario.requests} requests, ${ROUNDS} rounds)`);
    console.log('                 req/s    p50 ms    p99 ms   cpu µs   spread');
    for (const target of targets) console.log(row(target.name, samples.get(target.name) ?? []));
  }
}

async function warmUp(target: Measured): Promise<void> {
  for (const stream of [false, true]) {
    const scenario = {
      name: 'warm-up',
      bodyBytes: 2_000,
      stream,
      connections: 10,
      requests: 3_000,
    };
    await sample(target, scenario);
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'));
  const started: Measured[] = [];
  const start = async (...args: Parameters<typeof startProcess>): Promise<Measured> => {
    const process = await startProcess(...args);
    started.push(process);
    return process;
  };
  try {
    const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
    const tsx = ['--import', 'tsx'];
    const port = /^(\d+)$/m;
    const upstream = await start('direct', [...tsx, script('upstream.ts')], port);
    const origin = `http://127.0.0.1:${upstream.port}`;
    const bare = await start('bare', [...tsx, script('bare.ts'), origin], port);
    const proxy = await start(
      'switchyard',
      [script('../../dist/main.js'), '--config', configFile(folder, origin)],
      /"port":(\d+)/,
    );
    console.log(`node ${process.version}; cpu µs = user+system CPU of the process per request`);
    await run([upstream, bare, proxy]);
    console.log('\npeak resident memory, MB');
    for (const target of [bare, proxy]) {
      console.log(`${target.name.padEnd(12)} ${megabytes(residentBytes(target.pid, 'VmHWM'))}`);
    }
    await measureSlowReaders([bare, proxy]);
  } finally {
    for (const process of started) process.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}

/** One openai-compatible credential on the instant upstream. */
const configFile = (folder: string, origin: string): string =>
  writeConfig(folder, {
    'openai-compatibility': [
      {
        name: 'bench',
        'base-url': `${origin}/v1`,
        'api-key-entries': [{ 'api-key': 'bench-key' }],
        models: [{ name: 'bench' }, { name: 'bench-megabyte' }],
      },
    ],
  });

await main();
if (!(await measurePairs())) process.exitCode = 1;

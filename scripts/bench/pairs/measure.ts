/**
 * What a request of 20 KB and one streamed event cost for every client dialect on every upstream
 * family, beside the pass-through of the same dialect. Rounds are interleaved, so that drift of the
 * machine hits all pairs alike; medians.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bodyOf, pathOf, type Dialect } from './bodies.ts';
import { writeConfig } from '../../config-file.ts';
import { median } from '../../median.ts';
import { postRequest, runLoad } from '../load.ts';
import { cpuSeconds, startProcess, type Measured } from '../processes.ts';
import type { Family } from './streams.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const CONNECTIONS = 16;
/** Pieces of text in a short and a long answer; the difference is what events cost. */
const FEW = 4;
const MANY = 504;
const SHORT_ANSWERS = 600;
const LONG_ANSWERS = 80;
/** Times the pass-through of the same client dialect. */
const GOAL = 2;

const DIALECTS: readonly Dialect[] = ['chat', 'responses', 'claude', 'gemini'];
const FAMILIES: readonly Family[] = ['chat', 'codex', 'claude', 'gemini'];
const OWN: Record<Dialect, Family> = {
  chat: 'chat',
  responses: 'codex',
  claude: 'claude',
  gemini: 'gemini',
};

/** CPU of the proxy, in microseconds. */
interface Cost {
  request: number;
  event: number;
}

interface Pair {
  dialect: Dialect;
  family: Family;
  samples: Cost[];
}

const pairs: Pair[] = DIALECTS.flatMap((dialect) =>
  FAMILIES.map((family) => ({ dialect, family, samples: [] })),
);

async function cpuOfOne(proxy: Measured, pair: Pair, pieces: number, requests: number) {
  const model = `bench-${pair.family}-${pieces}`;
  const body = JSON.stringify(bodyOf(pair.dialect, model));
  const request = postRequest(proxy.port, pathOf(pair.dialect, model), body);
  const before = cpuSeconds(proxy.pid);
  const result = await runLoad({ port: proxy.port, request, connections: CONNECTIONS, requests });
  if (result.failures > 0) throw new Error(`${pair.dialect} on ${pair.family} failed`);
  return ((cpuSeconds(proxy.pid) - before) * 1e6) / requests;
}

async function sample(proxy: Measured, pair: Pair): Promise<Cost> {
  const request = await cpuOfOne(proxy, pair, FEW, SHORT_ANSWERS);
  const long = await cpuOfOne(proxy, pair, MANY, LONG_ANSWERS);
  return { request, event: (long - request) / (MANY - FEW) };
}

const costOf = ({ samples }: Pair): Cost => ({
  request: median(samples.map(({ request }) => request)),
  event: median(samples.map(({ event }) => event)),
});

/** Prints the table; true when every pair keeps the goal. */
function report(): boolean {
  console.log('\nclient      upstream   request µs   ×      event µs   ×   (× its pass-through)');
  let kept = true;
  for (const pair of pairs) {
    const own = pairs.find(
      (one) => one.dialect === pair.dialect && one.family === OWN[pair.dialect],
    );
    const base = costOf(own ?? pair);
    const cost = costOf(pair);
    const ratios = [cost.request / base.request, cost.event / base.event] as const;
    if (Math.max(...ratios) > GOAL) kept = false;
    console.log(
      pair.dialect.padEnd(12) +
        pair.family.padEnd(10) +
        cost.request.toFixed(0).padStart(10) +
        ratios[0].toFixed(2).padStart(8) +
        cost.event.toFixed(2).padStart(12) +
        ratios[1].toFixed(2).padStart(8),
    );
  }
  console.log(`goal: at most ${GOAL} times the pass-through: ${kept ? 'met' : 'MISSED'}`);
  return kept;
}

/** One credential of each family; the model's name tells the upstream how long to answer. */
function configFile(folder: string, origin: string): string {
  const models = (family: Family) =>
    [FEW, MANY].map((pieces) => ({ name: `bench-${family}-${pieces}` }));
  const key = (family: Family) => ({ 'api-key': `key-${family}` });
  const entry = (family: Family, base: string) => [
    { ...key(family), 'base-url': base, models: models(family) },
  ];
  return writeConfig(folder, {
    'openai-compatibility': [
      {
        name: 'bench',
        'base-url': `${origin}/v1`,
        'api-key-entries': [key('chat')],
        models: models('chat'),
      },
    ],
    'codex-api-key': entry('codex', `${origin}/v1`),
    'claude-api-key': entry('claude', origin),
    'gemini-api-key': entry('gemini', origin),
  });
}

/** Measures all pairs and prints them; true when none costs more than `GOAL` times its pass-through. */
export async function measurePairs(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-pairs-'));
  const started: Measured[] = [];
  try {
    const upstream = await startProcess(
      'upstream',
      ['--import', 'tsx', fileURLToPath(new URL('upstream.ts', import.meta.url))],
      /^(\d+)$/m,
    );
    started.push(upstream);
    const program = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
    const config = configFile(folder, `http://127.0.0.1:${upstream.port}`);
    const proxy = await startProcess('switchyard', [program, '--config', config], /"port":(\d+)/);
    started.push(proxy);
    console.log(`\npairs of client and upstream; ${ROUNDS} rounds after one that is not counted`);
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const pair of pairs) {
        const cost = await sample(proxy, pair);
        if (round > 0) pair.samples.push(cost);
      }
    }
    return report();
  } finally {
    for (const one of started) one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * `npm run bench:sockets`: what an idle WebSocket costs, and whether turns leave anything behind.
 * 2,000 client sockets, each with its upstream socket, 200 of them busy; then 20,000 turns. Loopback
 * only; ends by itself. Heap = V8 heap and external memory of all threads after collections.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess, type Measured } from '../bench/processes.ts';
import { writeConfig } from '../config-file.ts';
import { Client } from './client.ts';
import { measureMemory, type Memory } from './memory.ts';

const SOCKETS = 2_000;
const ACTIVE = 200;
const TURNS = 20_000;
const ACCOUNTS = 6;

/** Turns before the first measurement: code is compiled, buffers have their size. */
const WARM_UP_TURNS = 4_000;

/** Sockets that open at once. */
const OPENING = 50;

const PAIR_GOAL_BYTES = 40 * 1024;
const GROWTH_GOAL = 0.05;

/** Runs turns over all clients at once, `total` in all, or until `stop` is aborted. */
async function turns(clients: Client[], total: number, stop?: AbortSignal): Promise<number> {
  let begun = 0;
  const next = (): boolean => stop?.aborted !== true && begun < total && ++begun > 0;
  await Promise.all(
    clients.map(async (client) => {
      while (next()) await client.turn();
    }),
  );
  return begun;
}

/** Opens sockets and lets each one ask once, so that its upstream socket is there too. */
async function openAll(port: number, from: number, to: number): Promise<Client[]> {
  const clients: Client[] = [];
  for (let start = from; start < to; start += OPENING) {
    const group = Array.from(
      { length: Math.min(OPENING, to - start) },
      (_, index) => new Client(port, start + index),
    );
    await Promise.all(group.map((client) => client.open()));
    await Promise.all(group.map((client) => client.turn()));
    clients.push(...group);
  }
  return clients;
}

async function run(proxy: Measured): Promise<boolean> {
  const active = await openAll(proxy.port, 0, ACTIVE);
  await turns(active, WARM_UP_TURNS);
  const before = await measureMemory(proxy);
  report(`${ACTIVE} sockets, ${WARM_UP_TURNS} turns`, before);

  const opened = new AbortController();
  const busy = turns(active, Infinity, opened.signal);
  const idle = await openAll(proxy.port, ACTIVE, SOCKETS);
  opened.abort();
  const between = await busy;
  const open = await measureMemory(proxy);
  report(`${SOCKETS} sockets (${between} turns meanwhile)`, open);

  const began = performance.now();
  await turns(active, TURNS);
  const seconds = (performance.now() - began) / 1000;
  const after = await measureMemory(proxy);
  report(`${TURNS} turns more, ${(TURNS / seconds).toFixed(0)} a second`, after);
  for (const client of [...active, ...idle]) client.close();

  const pair = (pick: (memory: Memory) => number): number =>
    (pick(open) - pick(before)) / (SOCKETS - ACTIVE);
  const rss = pair(({ rssBytes }) => rssBytes);
  const heap = pair(({ heapBytes }) => heapBytes);
  const growth = after.heapBytes / open.heapBytes - 1;
  console.log('');
  return [
    verdict(
      `idle pair: ${kib(rss)} resident, ${kib(heap)} heap (goal 40 KB)`,
      rss <= PAIR_GOAL_BYTES,
    ),
    verdict(
      `heap after ${TURNS} turns: ${(growth * 100).toFixed(1)} % (goal 5 %)`,
      growth <= GROWTH_GOAL,
    ),
  ].every((met) => met);
}

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`.padStart(9);

function report(name: string, memory: Memory): void {
  const { rssBytes, heapBytes, threads, descriptors } = memory;
  const heap = `heap of ${threads} threads ${mib(heapBytes)}`;
  console.log(`${name.padEnd(42)} resident ${mib(rssBytes)}  ${heap}  ${descriptors} descriptors`);
}

function verdict(text: string, met: boolean): boolean {
  console.log(`${text}: ${met ? 'met' : 'MISSED'}`);
  return met;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-sockets-'));
  const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const started: Measured[] = [];
  try {
    const upstream = await startProcess(
      'upstream',
      ['--import', 'tsx', path('upstream.ts')],
      /^(\d+)$/m,
    );
    started.push(upstream);
    const config = configFile(folder, `http://127.0.0.1:${upstream.port}`);
    const probe = ['--expose-gc', '--import', path('heap-probe.mjs')];
    const entry = path('../../dist/main.js');
    const proxy = await startProcess(
      'switchyard',
      [...probe, entry, '--config', config],
      /"port":(\d+)/,
    );
    started.push(proxy);
    if (!(await run(proxy))) process.exitCode = 1;
  } finally {
    for (const process of started) process.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const configFile = (folder: string, origin: string): string =>
  writeConfig(folder, {
    'codex-api-key': Array.from({ length: ACCOUNTS }, (_, index) => ({
      'api-key': `account-${index}`,
      'base-url': `${origin}/v1`,
      websockets: true,
      models: [{ name: 'bench' }],
    })),
  });

await main();

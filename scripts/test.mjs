// Runs the tests with node:test through tsx. Arguments narrow the set: `npm run unit -- test/config`.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';

function testFiles(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const wanted = process.argv.slice(2);
const files = (wanted.length > 0 ? wanted : ['test']).flatMap(testFiles);
// One file per core; the default leaves a core idle, half of them on a small machine.
const concurrency = `--test-concurrency=${availableParallelism()}`;
// For a whole file, too: long enough for the largest one on a busy machine.
const timeout = '--test-timeout=300000';
// Tests of the whole program start it dozens of times: built, it starts much faster.
await build();
const run = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--expose-gc', '--test', concurrency, timeout, ...files],
  { stdio: 'inherit', env: { ...process.env, SWITCHYARD_LOG: 'off', SWITCHYARD_TEST_BUILD: '1' } },
);
process.exit(run.status ?? 1);

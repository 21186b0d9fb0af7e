// Runs the tests with node:test through tsx. Arguments narrow the set: `npm run unit -- test/config`.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

function testFiles(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const wanted = process.argv.slice(2);
const files = (wanted.length > 0 ? wanted : ['test']).flatMap(testFiles);
const run = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--expose-gc', '--test', '--test-timeout=120000', ...files],
  { stdio: 'inherit', env: { ...process.env, SWITCHYARD_LOG: 'off' } },
);
process.exit(run.status ?? 1);

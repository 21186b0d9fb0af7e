/**
 * Runs the tests of the formats and prints how many golden vectors of each pair passed, by kind:
 * `node --import tsx scripts/vectors.ts`. Vectors without a test are named below the table.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadVectors } from '../test/support/vectors.ts';

const FOLDER = fileURLToPath(new URL('../test/formats/', import.meta.url));

interface Row {
  total: number;
  passed: number;
}

const results = runTests();
const rows = new Map<string, Row>();
const untested: string[] = [];
for (const { id, from, to, op } of loadVectors()) {
  const name = `${from ?? '-'} → ${to ?? '-'}  ${op}`;
  const row = rows.get(name) ?? { total: 0, passed: 0 };
  rows.set(name, row);
  row.total += 1;
  if (results.get(id) === true) row.passed += 1;
  if (!results.has(id)) untested.push(id);
}
for (const [name, { total, passed }] of [...rows].sort(([one], [other]) =>
  one < other ? -1 : 1,
)) {
  console.log(`${name.padEnd(44)} ${String(passed).padStart(3)} of ${String(total)}`);
}
console.log(`without a test: ${untested.join(' ')}`);

/** Vector id → did all tests that begin with it pass? */
function runTests(): Map<string, boolean> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => FOLDER + file);
  const args = ['--import', 'tsx', '--test', '--test-reporter=tap', ...files];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  const found = new Map<string, boolean>();
  for (const [, not, id] of stdout.matchAll(/^ *(not )?ok \d+ - ([A-T]\d\d)\b/gm)) {
    if (id !== undefined) found.set(id, not === undefined && found.get(id) !== false);
  }
  return found;
}

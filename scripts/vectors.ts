/**
 * Runs the tests of the formats and prints, per pair of formats, how many golden vectors of requests,
 * streams and whole answers passed: `node --import tsx scripts/vectors.ts`. Vectors without a test are
 * named below the table.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadVectors } from '../test/support/vectors.ts';

const FOLDER = fileURLToPath(new URL('../test/formats/', import.meta.url));

interface Cell {
  total: number;
  passed: number;
}

/** Column of each kind of vector; the others are about no pair, or about parts of one. */
const COLUMNS: Readonly<Record<string, string>> = {
  req: 'request',
  reqthink: 'request',
  compat: 'request',
  stream: 'stream',
  non: 'answer',
};
const NAMES = ['request', 'stream', 'answer', 'other'];

const results = runTests();
const rows = new Map<string, Map<string, Cell>>();
const untested: string[] = [];
for (const { id, from, to, op } of loadVectors()) {
  const pair = from === undefined || to === undefined ? op : `${from} → ${to}`;
  const cells = rows.get(pair) ?? new Map<string, Cell>();
  rows.set(pair, cells);
  const column = pair === op ? 'other' : (COLUMNS[op] ?? 'other');
  const cell = cells.get(column) ?? { total: 0, passed: 0 };
  cells.set(column, cell);
  cell.total += 1;
  if (results.get(id) === true) cell.passed += 1;
  if (!results.has(id)) untested.push(id);
}
print('client → upstream', NAMES);
for (const [pair, cells] of [...rows].sort(([one], [other]) => (one < other ? -1 : 1))) {
  print(
    pair,
    NAMES.map((name) => shown(cells.get(name))),
  );
}
console.log(`without a test: ${untested.join(' ')}`);

function print(head: string, cells: readonly string[]): void {
  console.log(head.padEnd(28) + cells.map((cell) => cell.padStart(10)).join(''));
}

function shown(cell: Cell | undefined): string {
  return cell === undefined ? '-' : `${String(cell.passed)} of ${String(cell.total)}`;
}

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

/**
 * Runs the tests that stand for golden vectors and prints, per pair of formats, how many of them passed
 * for requests, streams and whole answers: `node --import tsx scripts/vectors.ts`. A vector has
 * passed when all tests did whose name begins with its id. Those without a test are named below.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { loadVectors } from '../test/support/vectors.ts';

const FOLDER = fileURLToPath(new URL('../test/', import.meta.url));

/** Vectors that are numbers: which pair each is about, and which have none here, and why. */
const NUMBERED = new URL('../test/vectors/gemini-thinking.json', import.meta.url);

/** Their tests: elsewhere numbers in front of names are something else. */
const OF_NUMBERS = /^(formats\/gemini|thinking)\//;

/** Tests of lettered vectors: where names are made of them, and those that begin with one. */
const OF_LETTERS = /^formats\//;
const MAY_HAVE_LETTERS = /^(front|e2e)\//;
const LETTERED_NAME = /\b(?:it|describe)\(\s*['"`][A-T]\d\d\b/;

/** Vectors that no test can stand for. */
const IMPOSSIBLE: ReadonlyMap<string, string> = new Map([
  ['Q05', 'chat has no route that asks for a count'],
]);

const NAMES = ['request', 'stream', 'answer', 'other'] as const;
type Column = (typeof NAMES)[number];

/** Column of each kind of lettered vector; the others are about no pair, or about parts of one. */
const COLUMNS: Readonly<Record<string, Column>> = {
  req: 'request',
  reqthink: 'request',
  compat: 'request',
  stream: 'stream',
  non: 'answer',
};

const numberedSchema = z.array(
  z.object({
    ids: z.array(z.number().int()),
    pair: z.string(),
    column: z.enum(NAMES).optional(),
    reason: z.string().optional(),
  }),
);

interface Listed {
  id: string;
  pair: string;
  column: Column;
}

interface Cell {
  total: number;
  passed: number;
}

/** Vector id → did all its tests pass? */
type Results = ReadonlyMap<string, boolean>;

const results = runTests();
const missing = new Map<string, string>();
printTable([...lettered(), ...numbered()]);
for (const [reason, ids] of groups(missing)) console.log(`${reason}: ${ids.join(' ')}`);

function lettered(): Listed[] {
  return loadVectors().map(({ id, from, to, op }) => {
    const pair = from === undefined || to === undefined ? op : `${from} → ${to}`;
    return { id, pair, column: pair === op ? 'other' : (COLUMNS[op] ?? 'other') };
  });
}

function numbered(): Listed[] {
  const rows = numberedSchema.parse(JSON.parse(readFileSync(NUMBERED, 'utf8')));
  return rows.flatMap(({ ids, pair, column, reason }) => {
    if (reason !== undefined) for (const id of ids) missing.set(String(id), reason);
    return column === undefined ? [] : ids.map((id) => ({ id: String(id), pair, column }));
  });
}

function printTable(vectors: readonly Listed[]): void {
  const rows = new Map<string, Map<string, Cell>>();
  for (const { id, pair, column } of vectors) {
    const reason = results.has(id) ? undefined : (IMPOSSIBLE.get(id) ?? 'without a test');
    if (reason !== undefined) missing.set(id, reason);
    const cells = rows.get(pair) ?? new Map<string, Cell>();
    rows.set(pair, cells);
    const cell = cells.get(column) ?? { total: 0, passed: 0 };
    cells.set(column, cell);
    cell.total += 1;
    if (results.get(id) === true) cell.passed += 1;
  }
  print('client → upstream', NAMES);
  for (const [pair, cells] of [...rows].sort(([one], [other]) => (one < other ? -1 : 1))) {
    print(
      pair,
      NAMES.map((name) => shown(cells.get(name))),
    );
  }
}

function print(head: string, cells: readonly string[]): void {
  console.log(head.padEnd(28) + cells.map((cell) => cell.padStart(10)).join(''));
}

function shown(cell: Cell | undefined): string {
  return cell === undefined ? '-' : `${String(cell.passed)} of ${String(cell.total)}`;
}

/** Reason → ids. */
function groups(reasons: ReadonlyMap<string, string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [id, reason] of reasons) found.set(reason, [...(found.get(reason) ?? []), id]);
  return found;
}

function runTests(): Results {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
  const found = new Map<string, boolean>();
  const numbers = files.filter((file) => OF_NUMBERS.test(file));
  addResults(found, numbers, (name) => [...numbersOf(name), ...lettersOf(name)]);
  const letters = files.filter((file) => !OF_NUMBERS.test(file) && hasLetters(file));
  addResults(found, letters, lettersOf);
  return found;
}

function hasLetters(file: string): boolean {
  if (OF_LETTERS.test(file)) return true;
  return MAY_HAVE_LETTERS.test(file) && LETTERED_NAME.test(readFileSync(FOLDER + file, 'utf8'));
}

function addResults(
  found: Map<string, boolean>,
  files: readonly string[],
  idsOf: (name: string) => string[],
): void {
  const paths = files.map((file) => FOLDER + file);
  const args = ['--import', 'tsx', '--expose-gc', '--test', '--test-reporter=tap', ...paths];
  const env = { ...process.env, SWITCHYARD_LOG: 'off' };
  const { stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env,
  });
  for (const [, not, name = ''] of stdout.matchAll(/^ *(not )?ok \d+ - (.*)$/gm)) {
    const passed = not === undefined;
    for (const id of idsOf(name)) found.set(id, passed && found.get(id) !== false);
  }
}

/** E.g. of `A01: a note`. */
function lettersOf(name: string): string[] {
  const [, id] = /^([A-T]\d\d)\b/.exec(name) ?? [];
  return id === undefined ? [] : [id];
}

/** E.g. of `12: a note`, `vector 10, from the body: 1`, `6.1, 49, 50: a note`: no sections. */
function numbersOf(name: string): string[] {
  const [, ids = ''] = /^(?:vectors? )?(\d[\d., ]*)(?::|, [a-z])/.exec(name) ?? [];
  return ids.split(',').flatMap((id) => (/^\d+$/.test(id.trim()) ? [id.trim()] : []));
}

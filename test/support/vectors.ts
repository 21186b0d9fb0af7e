/** The golden vectors of test/vectors, one JSON object a line (translate 12). */
import { readdirSync, readFileSync } from 'node:fs';

/** One vector. Which members exist depends on `op`; tests narrow the unknown ones themselves. */
export interface Vector {
  id: string;
  note: string;
  /** `req`, `stream`, `non`, `compat`, `count`, `payload`, `reqthink`, ... */
  op: string;
  /** Client format; absent for vectors that are not about a pair. */
  from?: string;
  /** Upstream format. */
  to?: string;
  model?: string;
  stream?: boolean;
  /** Input: the client's request, or for answers the translated request. */
  in?: unknown;
  /** Client request that the answer belongs to. */
  original?: unknown;
  /** Upstream events, parsed. */
  events?: unknown[];
  /** Upstream lines, raw; given instead of `events` where the bytes matter. */
  lines?: string[];
  /** Expected result; for `stream` a list of `[input line index, chunk]`. */
  out?: unknown;
  /** Expected error message instead of `out`. */
  error?: string;
  raw?: string;
  cfg?: unknown;
  protocol?: string;
  fromProtocol?: string;
  requested?: string;
  reqPath?: string;
  headers?: Record<string, string[]>;
}

/** What to select; a member that is left out matches everything. */
export interface VectorFilter {
  op?: string;
  from?: string;
  to?: string;
}

const FOLDER = new URL('../vectors/', import.meta.url);

let loaded: Vector[] | undefined;

/** Vectors that match, in file order. Throws when none does, so that no test passes by being empty. */
export function loadVectors(filter: VectorFilter = {}): Vector[] {
  loaded ??= readAll();
  const found = loaded.filter(
    (vector) =>
      (filter.op === undefined || vector.op === filter.op) &&
      (filter.from === undefined || vector.from === filter.from) &&
      (filter.to === undefined || vector.to === filter.to),
  );
  if (found.length === 0) throw new Error(`no vector matches ${JSON.stringify(filter)}`);
  return found;
}

/** The vector with this id, e.g. `A01`. */
export function vectorById(id: string): Vector {
  const found = loadVectors().find((vector) => vector.id === id);
  if (found === undefined) throw new Error(`there is no vector ${id}`);
  return found;
}

function readAll(): Vector[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl'));
  return files.sort().flatMap((name) =>
    readFileSync(new URL(name, FOLDER), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Vector),
  );
}

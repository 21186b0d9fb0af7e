/** The translation vectors, by id (translate-openai-claude.md 12). */
import { readFileSync } from 'node:fs';

/** One line of the vector file. Which members exist depends on `op`. */
export interface Vector {
  id: string;
  note: string;
  op: string;
  from: string;
  to: string;
  model: string;
  stream: boolean;
  in: Record<string, unknown>;
  out: unknown;
  /** The client's request behind an answer. */
  original: Record<string, unknown>;
  events: Record<string, unknown>[];
  lines: string[];
  error: string;
}

const file = new URL('../vectors/translate-openai-claude.vectors.jsonl', import.meta.url);

const all = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Vector);

/** The vectors of one operation whose id begins with one of the letters. */
export function vectors(op: string, letters: string): Vector[] {
  const found = all.filter((vector) => vector.op === op && letters.includes(vector.id.charAt(0)));
  if (found.length === 0) throw new Error(`no vectors of ${op} ${letters}`);
  return found;
}

/** One vector. */
export function vector(id: string): Vector {
  const found = all.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found;
}

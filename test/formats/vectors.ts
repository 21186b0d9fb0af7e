/** The vectors of translations between wire formats, with the members such vectors always have. */
import { loadVectors, vectorById } from '../support/vectors.ts';

type Json = Record<string, unknown>;

/** A vector of a request, a stream or a body. Which members exist depends on `op`. */
export interface Vector {
  id: string;
  note: string;
  model: string;
  stream: boolean;
  in: Json;
  out: unknown;
  /** The client's request behind an answer. */
  original: Json;
  events: Json[];
  lines: string[];
  error: string | undefined;
}

/** The vectors of one operation whose id begins with one of the letters. */
export function vectors(op: string, letters: string): Vector[] {
  const found = loadVectors({ op }).filter(({ id }) => letters.includes(id.charAt(0)));
  if (found.length === 0) throw new Error(`no vectors of ${op} with ${letters}`);
  return found as Vector[];
}

/** One vector. */
export const vector = (id: string): Vector => vectorById(id) as Vector;

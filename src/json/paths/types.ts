/**
 * Paths into JSON values (translate-openai-claude.md 11.3). The text form is read once, at the config
 * border; inside, a path is a list of steps, so a key may hold any character. Plain data.
 */

/** One step of a path. */
export type Step = KeyStep | PatternStep | EachStep | QueryStep;

/** A member of an object, or an index of an array. */
export interface KeyStep {
  kind: 'key';
  name: string;
  /** Never an index, whatever it looks like. */
  isName: boolean;
}
/** The first key that matches; `*` and `?`. */
export interface PatternStep {
  kind: 'pattern';
  pattern: string;
}
/** All elements, read as one list; at the end of a path their number. */
export interface EachStep {
  kind: 'each';
}
/** Elements of an array for which the query holds. */
export interface QueryStep {
  kind: 'query';
  /** All of them, or the first. */
  all: boolean;
  query: Query;
}

export type Path = readonly Step[];

/** Alternatives; each holds when all its terms do. */
export type Query = readonly (readonly Term[])[];

/** A comparison; without an operator the value only has to exist. */
export interface Term {
  /** Below the element; empty: the element itself. */
  path: Path;
  operator: Operator | undefined;
  operand: string;
}

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '%' | '!%';

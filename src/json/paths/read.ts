/** Reads JSON values along paths, and finds the places that queries mean. */
import { globMatches } from './glob.ts';
import type { KeyStep, Path, PatternStep, Query, Step, Term } from './types.ts';

/** All values at a path; none where it leads nowhere. What `#` collects is one value: a list. */
export function valuesAt(value: unknown, path: Path): unknown[] {
  const [step, ...rest] = path;
  if (step === undefined) return [value];
  switch (step.kind) {
    case 'key':
    case 'pattern': {
      const key = keyOf(value, step);
      return key === undefined ? [] : valuesAt(childOf(value, key), rest);
    }
    case 'each':
      if (!Array.isArray(value)) return [];
      if (rest.length === 0) return [value.length];
      return [value.flatMap((item) => valuesAt(item, rest))];
    case 'query':
      return matchesOf(value, step).flatMap((index) => valuesAt(childOf(value, index), rest));
  }
}

/**
 * The paths without queries that a path means in this value: a query becomes the index of what it
 * finds. None when a query finds nothing.
 */
export function withoutQueries(value: unknown, path: Path): Exclude<Step, { kind: 'query' }>[][] {
  const [step, ...rest] = path;
  if (step === undefined) return [[]];
  if (step.kind === 'query') {
    return matchesOf(value, step).flatMap((index) => {
      const found: KeyStep = { kind: 'key', name: String(index), isName: false };
      return withoutQueries(childOf(value, index), rest).map((tail) => [found, ...tail]);
    });
  }
  const key = step.kind === 'each' ? undefined : keyOf(value, step);
  const child = key === undefined ? undefined : childOf(value, key);
  return withoutQueries(child, rest).map((tail) => [step, ...tail]);
}

/** The key or index that a step names and that exists. */
export function keyOf(value: unknown, step: KeyStep | PatternStep): string | number | undefined {
  if (Array.isArray(value)) {
    if (step.kind === 'pattern') return undefined;
    const index = indexOf(step);
    return index !== undefined && index < value.length ? index : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (step.kind === 'key') return Object.hasOwn(value, step.name) ? step.name : undefined;
  return Object.keys(value).find((key) => globMatches(step.pattern, key));
}

/** The index that a step may mean. */
export function indexOf({ name, isName }: KeyStep): number | undefined {
  return !isName && /^\d{1,9}$/.test(name) ? Number(name) : undefined;
}

/** A member or element that is known to exist. */
export const childOf = (value: unknown, key: string | number): unknown =>
  (value as Record<string | number, unknown>)[key];

function matchesOf(value: unknown, step: { query: Query; all: boolean }): number[] {
  if (!Array.isArray(value)) return [];
  const found: number[] = [];
  for (const [index, item] of value.entries()) {
    if (!step.query.some((terms) => terms.every((term) => holds(term, item)))) continue;
    found.push(index);
    if (!step.all) break;
  }
  return found;
}

function holds({ path, operator, operand }: Term, item: unknown): boolean {
  const [value] = valuesAt(item, path);
  if (value === undefined) return false;
  if (operator === undefined) return true;
  if (operator === '%' || operator === '!%') {
    return typeof value === 'string' && globMatches(operand, value) === (operator === '%');
  }
  if (typeof value === 'object' && value !== null) return false;
  const [one, other] =
    typeof value === 'number' ? [value, Number(operand)] : [String(value), operand];
  switch (operator) {
    case '==':
      return one === other;
    case '!=':
      return one !== other;
    case '<':
      return one < other;
    case '<=':
      return one <= other;
    case '>':
      return one > other;
    case '>=':
      return one >= other;
  }
}

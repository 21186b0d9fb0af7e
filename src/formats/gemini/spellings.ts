/** Proto-JSON knows two spellings of every member, and readers take both (thinking 1.1). */
import type { JsonObject } from '../../canonical/value.ts';

/** The member in camel case, else in snake case; undefined for neither. An explicit null is none. */
export function either(object: JsonObject, camel: string, snake: string): unknown {
  return object[camel] ?? object[snake] ?? undefined;
}

/** The elements of a list; one object that stands where a list belongs is a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

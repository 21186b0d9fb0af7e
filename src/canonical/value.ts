/**
 * Lenient readers for JSON that a client or an upstream wrote (translate-openai-claude.md 1.4).
 * They never throw: a value of the wrong kind reads as "missing". No schema checks here.
 */

/** A JSON object whose members are not known yet. */
export type JsonObject = Record<string, unknown>;

/** Is it an object, not an array and not null? */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Was a value given? An explicit null counts as missing. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The object, or an empty one in place of anything else. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : EMPTY;
}

/** The array, or an empty one in place of anything else. */
export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NOTHING;
}

/**
 * A value read as text: numbers and booleans give their text, null and a missing value `''`,
 * objects and arrays their JSON text.
 */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The string, or undefined for every other kind of value. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A finite number, or undefined for every other kind of value. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A copy without some members. */
export function without(object: JsonObject, ...names: string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

const EMPTY: JsonObject = Object.freeze({});
const NOTHING: readonly unknown[] = Object.freeze([]);

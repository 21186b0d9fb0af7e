/**
 * Leaf types of the configuration: each reads one YAML or JSON value, refuses a wrong type with a
 * sentence that never repeats the value (it may be a secret), and carries its line of the manual.
 */
import { z } from 'zod';
import { parseDuration } from './duration.ts';

/** What the manual says about one key; `shown` overrides the printed default. */
export interface KeyDoc {
  type: string;
  description: string;
  shown?: string;
}

/** Largest number of seconds that is taken over: a longer timer would overflow 32 bits. */
export const MAX_SECONDS = 24 * 60 * 60;

const YES = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON']);
const NO = new Set(['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF']);

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

/** A leaf from a reading function: undefined means "wrong", and `expected` says what was wanted. */
export function leaf<T>(expected: string, read: (value: unknown) => T | undefined): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    const result = read(value);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: `expected ${expected}, got ${kindOf(value)}` });
    return z.NEVER;
  });
}

/** Adds the manual's line. */
export function documented<S extends z.ZodType>(schema: S, doc: KeyDoc): S {
  return schema.meta({ ...doc });
}

/** Trimmed text; numbers and booleans count as their text, as in the reference's decoder. */
export const textLeaf = leaf('text', (value) => {
  if (value === null) return '';
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
});

/** A boolean; the YAML 1.1 words are read too, because the reference's decoder does. */
export const flagLeaf = leaf('true or false', (value) => {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  return YES.has(value) ? true : NO.has(value) ? false : undefined;
});

/** A whole number between the bounds. */
export function wholeLeaf(min: number, max: number): z.ZodType<number> {
  const unbounded = min === -Infinity && max === Infinity;
  const expected = unbounded ? 'a whole number' : `a whole number from ${min} to ${max}`;
  return leaf(expected, (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
      ? value
      : undefined,
  );
}

/** Text with a default. */
export const text = (fallback: string, description: string) =>
  documented(textLeaf.default(fallback), { type: 'text', description });

/** Boolean with a default. */
export const flag = (fallback: boolean, description: string) =>
  documented(flagLeaf.default(fallback), { type: 'bool', description });

/** Boolean that may be absent (inherit). */
export const maybeFlag = (description: string) =>
  documented(flagLeaf.optional(), { type: 'bool', description, shown: 'inherit' });

/** Whole number with a default. */
export const whole = (fallback: number, description: string, min = -Infinity, max = Infinity) =>
  documented(wholeLeaf(min, max).default(fallback), { type: 'number', description });

/** Duration that never fails: unreadable or not positive = the default (config.md 5). */
export function lenientDuration(fallback: string, description: string) {
  const fallbackMs = parseDuration(fallback) ?? 0;
  const schema = textLeaf.transform((value) => {
    const ms = parseDuration(value);
    return ms !== undefined && ms > 0 ? ms : fallbackMs;
  });
  const doc = { type: 'duration', description, shown: fallback };
  return documented(schema.default(fallbackMs), doc);
}

/** Duration of Switchyard's own keys: 0 to 24 h, anything else is an error. */
export function duration(fallback: string, description: string) {
  const schema = leaf('a duration such as 30s or 5m, at most 24h', (value) => {
    const ms = typeof value === 'string' ? parseDuration(value) : value === 0 ? 0 : undefined;
    return ms !== undefined && ms >= 0 && ms <= MAX_SECONDS * 1000 ? Math.ceil(ms) : undefined;
  });
  const doc = { type: 'duration', description, shown: fallback };
  return documented(schema.default(parseDuration(fallback) ?? 0), doc);
}

/** One of a few words. */
export function choice<const W extends string>(
  words: readonly W[],
  fallback: NoInfer<W>,
  description: string,
  read: (value: unknown) => unknown = (value) => value,
) {
  const schema = leaf(`one of ${words.join(', ')}`, (value) =>
    words.find((word) => word === read(value)),
  );
  const type = words.map((word) => `\`${word}\``).join(' or ');
  return documented(
    schema.default(() => fallback as W),
    { type, description },
  );
}

/** A list; absent = empty. */
export const list = <S extends z.ZodType>(item: S, description: string, type = 'list') =>
  documented(z.array(item, { error: 'expected a list' }).default([]), {
    type,
    description,
    shown: '[]',
  });

/** A map with free keys; absent = empty. */
export const mapOf = <S extends z.ZodType>(value: S, description: string) =>
  documented(z.record(z.string(), value, { error: 'expected a map' }).default({}), {
    type: 'map',
    description,
    shown: '{}',
  });

/** A map with known keys; unknown ones stay. Absent or empty = all defaults. */
export const section = <S extends z.ZodRawShape>(shape: S) =>
  z.looseObject(shape, { error: 'expected a map' }).prefault({} as never);

/** An item of a list of maps; an empty item counts as an empty map. */
export const item = <S extends z.ZodRawShape>(shape: S) =>
  z.preprocess((value) => value ?? {}, z.looseObject(shape, { error: 'expected a map' }));

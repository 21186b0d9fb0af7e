/** Small steps on decoded YAML and JSON values that the config file and credential files share. */
import type { z } from 'zod';

/** A decoded map. */
export type Fields = Record<string, unknown>;

/** True for a map, false for lists, null and scalars. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Leaves out map members that are null: a key without a value counts as absent. List items stay. */
export function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropNulls);
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([key, member]) => [key, dropNulls(member)]));
}

/** Leaves out members that are undefined, so that equal records are deep-equal. */
export function defined<T extends object>(value: T): T {
  const kept = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(kept) as T;
}

/** Most complaints named in one message: enough to repair a file in one go, short enough to read. */
const MAX_ISSUES = 5;

/** `codex-api-key[2].weight: expected ...; port: expected ...` */
export function describeIssues(error: z.ZodError): string {
  const lines = error.issues.slice(0, MAX_ISSUES).map((issue) => {
    const path = issue.path.reduce<string>(
      (so, step) =>
        typeof step === 'number' ? `${so}[${step}]` : so ? `${so}.${String(step)}` : String(step),
      '',
    );
    return path ? `${path}: ${issue.message}` : issue.message;
  });
  const more = error.issues.length - MAX_ISSUES;
  return lines.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

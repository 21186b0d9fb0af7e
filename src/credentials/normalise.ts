/** Normalisation of values that config entries and credential files share (config.md 5). */
import { z } from 'zod';
import { leaf, textLeaf } from '../config/scalars.ts';

/** Largest weight (config.md 3). */
export const MAX_WEIGHT = 1_000_000;

/** A model namespace without slashes around it; one with a slash inside counts as none. */
export function cleanPrefix(text: string): string {
  const prefix = text.replace(/^[\s/]+|[\s/]+$/g, '');
  return prefix.includes('/') ? '' : prefix;
}

/** Wildcard patterns: lower case, no blanks, no doubles, in order. */
export function cleanPatterns(patterns: readonly string[]): string[] {
  const cleaned = patterns.map((pattern) => pattern.trim().toLowerCase());
  return [...new Set(cleaned.filter((pattern) => pattern !== ''))];
}

/** An upstream address without trailing slashes. */
export const cleanBaseUrl = (url: string): string => url.replace(/\/+$/, '');

/** Selection weight: negative is 0, more than the limit or a fraction is an error. */
export const weightLeaf = leaf(`a whole number up to ${MAX_WEIGHT}`, (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value <= MAX_WEIGHT
    ? Math.max(0, value)
    : undefined,
);

/** Empty, or an address that an upstream call can use. */
export const baseUrlLeaf = leaf('an http or https URL', (value) => {
  if (value === null) return '';
  if (typeof value !== 'string') return undefined;
  const url = value.trim();
  return url === '' || (/^https?:\/\//i.test(url) && URL.canParse(url)) ? url : undefined;
});

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Extra upstream headers; empty names and values are left out, unsendable ones are an error. */
export const headersSchema = z
  .record(z.string(), textLeaf, { error: 'expected a map' })
  .transform((headers, context) => {
    const pairs = Object.entries(headers)
      .map(([name, value]) => [name.trim(), value] as const)
      .filter(([name, value]) => name !== '' && value !== '');
    for (const [name, value] of pairs) {
      if (HEADER_NAME.test(name) && HEADER_VALUE.test(value)) continue;
      context.addIssue({ code: 'custom', message: 'expected header names and printable values' });
    }
    return Object.fromEntries(pairs);
  });

/** A per-credential `request-retry`: negative inherits. */
export const retryOverride = (value: number | undefined): number | undefined =>
  value !== undefined && value >= 0 ? value : undefined;

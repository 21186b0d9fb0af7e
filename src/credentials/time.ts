/** Points in time as credential files spell them (config.md 10.3). */
import { isFields, type Fields } from '../config/values.ts';

/** Keys that may hold the expiry, in order. */
const EXPIRY_KEYS = ['expired', 'expire', 'expires_at', 'expiresAt', 'expiry', 'expires'] as const;

/** A larger Unix time is in milliseconds. */
const MILLISECONDS_FROM = 1e12;

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const PLAIN = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d)(:\d\d)?$/;

/** Unix milliseconds of RFC 3339, `YYYY-MM-DD hh:mm[:ss]` (UTC) or a Unix time; else undefined. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return fromUnix(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return fromUnix(Number(text));
  const plain = PLAIN.exec(text);
  const iso = plain ? `${plain[1]}T${plain[2]}${plain[3] ?? ':00'}Z` : text;
  const ms = RFC3339.test(iso) ? Date.parse(iso) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function fromUnix(value: number): number | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return value > MILLISECONDS_FROM ? value : value * 1000;
}

/** Unix milliseconds as RFC 3339 in whole seconds. */
export const formatTime = (ms: number): string =>
  new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** Expiry of a file: the first key that can be read, at the top level, then below `token`. */
export function findExpiry(fields: Fields): number | undefined {
  for (const place of [fields, fields['token']]) {
    if (!isFields(place)) continue;
    for (const key of EXPIRY_KEYS) {
      const ms = parseTime(place[key]);
      if (ms !== undefined) return ms;
    }
  }
  return undefined;
}

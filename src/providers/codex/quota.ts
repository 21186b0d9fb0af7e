/**
 * Quota readings in Codex answers (codex.md 5.1): response headers, the `codex.rate_limits` frame of
 * WebSockets, and the headers inside an error frame (2.7).
 */
import { DEFAULT_LIMIT } from '../../credentials/quota.ts';
import { defined, isFields, type Fields } from '../../config/values.ts';
import { frameHeaders } from './frame-headers.ts';
import { objectAt } from '../failure.ts';
import type { QuotaCredits, QuotaReading, QuotaWindow } from '../../credentials/quota.ts';
import type { SseEvent } from '../../formats/format.ts';

const FAMILY = 'x-codex-';
const LETTER_X = 'x'.charCodeAt(0);

/** Bit that tells a lower-case letter from its capital in ASCII. */
const LOWER_CASE = 0x20;

/** Characters of a plan, a limit's name or a balance: real ones have a dozen. */
export const MAX_NAME_CHARS = 64;

/** Where a window's parts stand, and how its two kinds of reset are called. */
interface WindowParts {
  used: unknown;
  minutes: unknown;
  resetAt: unknown;
  resetAfter: unknown;
  names: readonly [at: string, after: string];
}

/** The reading in response headers (flat pairs, any case); undefined: they have none. */
export function quotaFromHeaders(
  headers: readonly string[],
  nowMs: number,
): QuotaReading | undefined {
  const family = familyOf(headers);
  if (family === undefined) return undefined;
  const at = (name: string): string | undefined => family.get(FAMILY + name);
  const ofWindow = (slot: string): QuotaWindow | undefined =>
    windowOf(
      {
        used: at(`${slot}-used-percent`),
        minutes: at(`${slot}-window-minutes`),
        resetAt: at(`${slot}-reset-at`),
        resetAfter: at(`${slot}-reset-after-seconds`),
        names: [`${FAMILY}${slot}-reset-at`, `${FAMILY}${slot}-reset-after-seconds`],
      },
      nowMs,
    );
  return readingOf({
    limit: nameOf(at('active-limit')),
    plan: nameOf(at('plan-type')),
    primary: ofWindow('primary'),
    secondary: ofWindow('secondary'),
    credits: creditsOf(at('credits-has-credits'), at('credits-unlimited'), at('credits-balance')),
    observedAt: nowMs,
    source: 'headers',
  });
}

/** The reading in a frame; undefined for all others. Costs one comparison for most events. */
export function quotaOfEvent({ json }: SseEvent, nowMs: number): QuotaReading | undefined {
  const type = (json as Fields | null | undefined)?.['type'];
  if (type === 'codex.rate_limits') return quotaFromFrame(json as Fields, nowMs);
  if (type !== 'error') return undefined;
  const reading = quotaFromHeaders(frameHeaders((json as Fields)['headers']), nowMs);
  return reading && { ...reading, source: 'frame' };
}

function quotaFromFrame(frame: Fields, nowMs: number): QuotaReading | undefined {
  const windows = objectAt(frame, 'rate_limits');
  const credits = objectAt(frame, 'credits');
  const ofWindow = (slot: string): QuotaWindow | undefined => {
    const window = windows[slot];
    if (!isFields(window)) return undefined;
    return windowOf(
      {
        used: window['used_percent'],
        minutes: window['window_minutes'],
        resetAt: window['reset_at'],
        resetAfter: window['reset_after_seconds'],
        names: [`rate_limits.${slot}.reset_at`, `rate_limits.${slot}.reset_after_seconds`],
      },
      nowMs,
    );
  };
  return readingOf({
    limit: nameOf(frame['metered_limit_name']) ?? nameOf(frame['limit_name']),
    plan: nameOf(frame['plan_type']),
    primary: ofWindow('primary'),
    secondary: ofWindow('secondary'),
    credits: creditsOf(credits['has_credits'], credits['unlimited'], credits['balance']),
    observedAt: nowMs,
    source: 'frame',
  });
}

/** A reading whose limit may have no name. */
type Found = Omit<QuotaReading, 'limit'> & { limit: string | undefined };

/** Leaves out what was not found. A limit's name alone says nothing. */
function readingOf(found: Found): QuotaReading | undefined {
  const { limit = DEFAULT_LIMIT, plan, primary, secondary, credits } = found;
  if ((plan ?? primary ?? secondary ?? credits) === undefined) return undefined;
  return defined({ ...found, limit });
}

/** Headers of the family by lower-case name; undefined when there is none, as in most answers. */
function familyOf(headers: readonly string[]): Map<string, string> | undefined {
  let family: Map<string, string> | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if ((name.charCodeAt(0) | LOWER_CASE) !== LETTER_X) continue;
    const lower = name.toLowerCase();
    if (!lower.startsWith(FAMILY)) continue;
    family ??= new Map();
    family.set(lower, headers[index + 1] ?? '');
  }
  return family;
}

function windowOf(parts: WindowParts, nowMs: number): QuotaWindow | undefined {
  const usedPercent = numberOf(parts.used);
  const windowMinutes = numberOf(parts.minutes);
  if (!(usedPercent >= 0) || !(windowMinutes > 0)) return undefined;
  const at = Math.round(numberOf(parts.resetAt) * 1000);
  const after = Math.round(numberOf(parts.resetAfter) * 1000);
  const absolute = at > 0;
  const resetAt = absolute ? at : nowMs + after;
  if (!absolute && !(after >= 0)) return undefined;
  if (!Number.isSafeInteger(resetAt)) return undefined;
  return { usedPercent, windowMinutes, resetAt, evidence: parts.names[absolute ? 0 : 1] };
}

function creditsOf(has: unknown, unlimited: unknown, balance: unknown): QuotaCredits | undefined {
  if (has === undefined && unlimited === undefined) return undefined;
  const text = nameOf(typeof balance === 'number' ? String(balance) : balance);
  return defined({ hasCredits: isTrue(has), unlimited: isTrue(unlimited), balance: text });
}

const isTrue = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && /^(?:true|1)$/i.test(value.trim()));

/** A number, also as digits; NaN for anything else. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : NaN;
  return typeof value === 'string' && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : NaN;
}

/** A short printable text, trimmed: it is shown to people as it is. */
function nameOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  return text.length <= MAX_NAME_CHARS && /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}

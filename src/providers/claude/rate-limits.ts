/**
 * Rate limits of Anthropic in response headers (providers.md 7.7, and the API's own documentation):
 * the two windows of subscriptions, and the requests and tokens of keys.
 */
import { parseTime } from '../../credentials/time.ts';
import type { QuotaReading, QuotaWindow } from '../../credentials/quota.ts';
import { defined } from '../../config/values.ts';
import type { RetryHint } from '../failure.ts';

const FAMILY = 'anthropic-ratelimit-';

/** Name of the limit of subscriptions, and of the limits of keys. */
export const UNIFIED_LIMIT = 'unified';
const RATE_LIMIT = 'rate';

const FIVE_HOURS_MINUTES = 300;
const WEEK_MINUTES = 7 * 24 * 60;
/** Keys are limited per minute. */
const MINUTE = 1;

/** Headers of the family by what follows its name. */
export type LimitHeaders = ReadonlyMap<string, string>;

/** The family in flat pairs; undefined: the answer has none. */
function limitHeaders(headers: readonly string[]): LimitHeaders | undefined {
  let found: Map<string, string> | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]?.toLowerCase() ?? '';
    if (!name.startsWith(FAMILY)) continue;
    found ??= new Map();
    found.set(name.slice(FAMILY.length), headers[index + 1]?.trim() ?? '');
  }
  return found;
}

/** The reading in response headers; undefined: they tell no window. */
export function quotaOfHeaders(
  headers: readonly string[],
  nowMs: number,
): QuotaReading | undefined {
  const limits = limitHeaders(headers);
  if (limits === undefined) return undefined;
  const common = { observedAt: nowMs, source: 'headers' } as const;
  const unified = windowPair(
    unifiedWindow(limits, '5h', FIVE_HOURS_MINUTES),
    unifiedWindow(limits, '7d', WEEK_MINUTES),
  );
  if (unified !== undefined) return { limit: UNIFIED_LIMIT, ...unified, ...common };
  const tokens = rateWindow(limits, 'input-tokens') ?? rateWindow(limits, 'tokens');
  const rate = windowPair(rateWindow(limits, 'requests'), tokens);
  return rate && { limit: RATE_LIMIT, ...rate, ...common };
}

type Windows = Pick<QuotaReading, 'primary' | 'secondary'>;

function windowPair(primary?: QuotaWindow, secondary?: QuotaWindow): Windows | undefined {
  if (primary === undefined && secondary === undefined) return undefined;
  return defined<Windows>({ primary, secondary });
}

function unifiedWindow(
  limits: LimitHeaders,
  name: string,
  windowMinutes: number,
): QuotaWindow | undefined {
  const prefix = `unified-${name}`;
  const share = numberIn(limits.get(`${prefix}-utilization`));
  const resetAt = resetIn(limits, `${prefix}-reset`);
  if (share === undefined || resetAt === undefined) return undefined;
  const rejected = limits.get(`${prefix}-status`) === 'rejected';
  // A rejection counts, however the share was rounded.
  const usedPercent = rejected ? Math.max(share * 100, 100) : share * 100;
  return { usedPercent, windowMinutes, resetAt, evidence: `${FAMILY}${prefix}-reset` };
}

function rateWindow(limits: LimitHeaders, name: string): QuotaWindow | undefined {
  const limit = numberIn(limits.get(`${name}-limit`));
  const remaining = numberIn(limits.get(`${name}-remaining`));
  const resetAt = resetIn(limits, `${name}-reset`);
  if (limit === undefined || remaining === undefined || resetAt === undefined) return undefined;
  if (limit <= 0) return undefined;
  const usedPercent = Math.min(Math.max(100 * (1 - remaining / limit), 0), 100);
  const evidence = `${FAMILY}${name}-reset`;
  return { usedPercent, windowMinutes: MINUTE, resetAt, evidence };
}

/** What the statuses of a refusal say about its reach. */
export interface Refusal {
  /** The whole account is used up, whatever the model. */
  credentialScoped: boolean;
  /** When it ends, if a header tells. */
  hint: RetryHint | undefined;
}

/** Reads the unified limits of a refused turn: which are exhausted, and until when. */
export function refusalOf(headers: readonly string[], nowMs: number): Refusal {
  const limits = limitHeaders(headers);
  if (limits === undefined) return { credentialScoped: false, hint: undefined };
  const status = (name: string): string | undefined => limits.get(`unified-${name}status`);
  const [five, week, extra, whole] = [status('5h-'), status('7d-'), status('7d_oi-'), status('')];
  const allowed = [five, week].every((word) => word === 'allowed');
  // Only the extra weekly limit of one model family is used up.
  const onlyExtra = allowed && extra === 'rejected';
  const windowRejected = five === 'rejected' || week === 'rejected';
  const names: string[] = [];
  if (five === 'rejected') names.push('unified-5h-reset');
  if (week === 'rejected') names.push('unified-7d-reset');
  if (extra === 'rejected' && !onlyExtra) names.push('unified-7d_oi-reset');
  const anyRejected = windowRejected || extra === 'rejected' || whole === 'rejected';
  const untold = whole === undefined && five !== 'allowed' && week !== 'allowed';
  if (!onlyExtra && (anyRejected || untold)) names.push('unified-reset');
  return {
    credentialScoped: windowRejected || (whole === 'rejected' && !onlyExtra),
    hint: latest(limits, names, nowMs),
  };
}

function latest(limits: LimitHeaders, names: readonly string[], nowMs: number) {
  let hint: RetryHint | undefined;
  for (const name of names) {
    const retryAfterMs = (resetIn(limits, name) ?? 0) - nowMs;
    if (retryAfterMs <= (hint?.retryAfterMs ?? 0)) continue;
    hint = { retryAfterMs, evidence: FAMILY + name };
  }
  return hint;
}

/** Unix ms of a reset: Unix seconds, RFC 3339 or an HTTP date. */
function resetIn(limits: LimitHeaders, name: string): number | undefined {
  const text = limits.get(name);
  if (text === undefined || text === '') return undefined;
  const seconds = numberIn(text);
  const at = seconds === undefined ? (parseTime(text) ?? Date.parse(text)) : seconds * 1000;
  return Number.isSafeInteger(Math.round(at)) && at > 0 ? Math.round(at) : undefined;
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

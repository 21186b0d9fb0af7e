/**
 * How much of its quota a credential has used, as its provider said with ordinary answers
 * (codex.md 5.1). Plain data, and the one pure step that adds a reading. Times are Unix milliseconds.
 */
import { defined } from '../config/values.ts';

/** One window of a limit. */
export interface QuotaWindow {
  /** From 0; 100 and more: exhausted. */
  usedPercent: number;
  windowMinutes: number;
  resetAt: number;
  /** Header or field in which `resetAt` was read, e.g. `x-codex-primary-reset-at`. */
  evidence: string;
}

/** What may be bought beyond the windows. */
export interface QuotaCredits {
  hasCredits: boolean;
  unlimited: boolean;
  /** As the provider writes it. */
  balance?: string;
}

/** One observation: everything one answer said. */
export interface QuotaReading {
  /** Name of the limit that was in force for the answer. */
  limit: string;
  plan?: string;
  primary?: QuotaWindow;
  secondary?: QuotaWindow;
  credits?: QuotaCredits;
  observedAt: number;
  source: 'headers' | 'frame';
}

/** The last word on one limit. */
export interface QuotaLimit {
  name: string;
  /** Upstream models that it was last in force for. */
  models: string[];
  primary?: QuotaWindow;
  secondary?: QuotaWindow;
  observedAt: number;
  source: 'headers' | 'frame';
}

/** All that is known of a credential. */
export interface QuotaReadings {
  plan?: string;
  /** Limit of the latest reading. */
  activeLimit: string;
  /** The one observed last comes first; never empty. */
  limits: QuotaLimit[];
  credits?: QuotaCredits;
  observedAt: number;
}

/** Name of the limit that answers without a name belong to. */
export const DEFAULT_LIMIT = 'codex';

/** Limits of one credential; plans have one or two. Beyond it the one not heard of longest goes. */
export const MAX_LIMITS = 8;

/** Models of one limit; a catalogue has a dozen. Beyond it the one not heard of longest goes. */
export const MAX_LIMIT_MODELS = 32;

/** Smallest change of use that is told on: providers count in whole points. */
export const MATERIAL_PERCENT = 1;

/** Smallest move of a reset that is told on: relative resets wander by the time an answer took. */
export const MATERIAL_RESET_MS = 60_000;

/** Readings that say nothing new are told on this often, so that their age can be believed. */
export const REPUBLISH_MS = 5 * 60_000;

/** Windows of a reading or a limit that are known. */
export function windowsOf(of: Pick<QuotaReading, 'primary' | 'secondary'>): QuotaWindow[] {
  return [of.primary, of.secondary].filter((window) => window !== undefined);
}

/** Nothing is left of it before its reset. A window whose reset has passed is fresh. */
export function isExhausted(window: QuotaWindow, nowMs: number): boolean {
  return window.usedPercent >= 100 && window.resetAt > nowMs;
}

/** The limit for these upstream models: the one last seen with them, else the default, else any. */
export function limitFor(
  readings: QuotaReadings,
  models: readonly string[],
): QuotaLimit | undefined {
  const { limits } = readings;
  return (
    limits.find((limit) => limit.models.some((model) => models.includes(model))) ??
    limits.find(({ name }) => name === DEFAULT_LIMIT) ??
    limits[0]
  );
}

/**
 * The readings with one more. `model`: upstream model of the answer. Returns `previous` itself when
 * the reading is older, or says nothing that is worth telling on.
 */
export function withReading(
  previous: QuotaReadings | undefined,
  reading: QuotaReading,
  model: string,
): QuotaReadings {
  if (previous !== undefined && !isNews(previous, reading, model)) return previous;
  const known = previous?.limits.find(({ name }) => name === reading.limit);
  const others = (previous?.limits ?? []).filter((limit) => limit !== known);
  return defined({
    plan: reading.plan ?? previous?.plan,
    activeLimit: reading.limit,
    limits: [
      limitAfter(known, reading, model),
      ...others.map((limit) => without(limit, model)),
    ].slice(0, MAX_LIMITS),
    credits: reading.credits ?? previous?.credits,
    observedAt: reading.observedAt,
  });
}

/** A reading names all windows of its limit, or none: then the known ones stay. */
function limitAfter(
  known: QuotaLimit | undefined,
  reading: QuotaReading,
  model: string,
): QuotaLimit {
  const { limit: name, observedAt, source } = reading;
  const { primary, secondary } = windowsOf(reading).length > 0 ? reading : (known ?? reading);
  const models = [model, ...(known?.models ?? []).filter((other) => other !== model)];
  const kept = models.slice(0, MAX_LIMIT_MODELS);
  return defined({ name, models: kept, primary, secondary, observedAt, source });
}

function without(limit: QuotaLimit, model: string): QuotaLimit {
  if (!limit.models.includes(model)) return limit;
  return { ...limit, models: limit.models.filter((other) => other !== model) };
}

function isNews(previous: QuotaReadings, reading: QuotaReading, model: string): boolean {
  if (reading.observedAt < previous.observedAt) return false;
  const known = previous.limits.find(({ name }) => name === reading.limit);
  if (known === undefined || !known.models.includes(model)) return true;
  if (reading.observedAt - known.observedAt >= REPUBLISH_MS) return true;
  if (reading.plan !== undefined && reading.plan !== previous.plan) return true;
  if (reading.credits !== undefined && !sameCredits(previous.credits, reading.credits)) return true;
  if (windowsOf(reading).length === 0) return false;
  return differs(known.primary, reading.primary) || differs(known.secondary, reading.secondary);
}

function sameCredits(one: QuotaCredits | undefined, other: QuotaCredits): boolean {
  return one?.hasCredits === other.hasCredits && one.unlimited === other.unlimited;
}

function differs(one: QuotaWindow | undefined, other: QuotaWindow | undefined): boolean {
  if (one === undefined || other === undefined) return one !== other;
  return (
    Math.abs(one.usedPercent - other.usedPercent) >= MATERIAL_PERCENT ||
    one.usedPercent >= 100 !== other.usedPercent >= 100 ||
    Math.abs(one.resetAt - other.resetAt) >= MATERIAL_RESET_MS ||
    one.windowMinutes !== other.windowMinutes
  );
}

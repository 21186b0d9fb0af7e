/** How long each class of failure keeps a credential off a model, and what is noted (routing.md 6.3). */
import type { Classification, FailureClass } from './classify.ts';

/** What the configuration says about cooling. */
export interface CoolingSettings {
  readonly disableCooling: boolean;
  /** Cooldown after transient failures, milliseconds; negative = none. */
  readonly transientCooldownMs: number;
}

interface Row {
  /** A fixed time, or who decides it. */
  readonly windowMs: number | 'backoff' | 'transient' | 'none';
  /** Reason of the registry suspension; `''` = none. */
  readonly suspension: string;
  /** Message at credential level. */
  readonly message: string;
  /** Cools down even where cooling is off. */
  readonly always?: true;
}

const MINUTE_MS = 60_000;
const HALF_HOUR_MS = 30 * MINUTE_MS;
const HALF_DAY_MS = 720 * MINUTE_MS;

/** Cooldown that a rule demands where the status has none of its own. */
const FORCED_MS = MINUTE_MS;

const ROWS: Readonly<Record<FailureClass, Row>> = {
  'request-fault': { windowMs: 'none', suspension: '', message: 'request failed' },
  'connection-end': { windowMs: 'none', suspension: '', message: 'request failed' },
  'model-support': {
    windowMs: HALF_DAY_MS,
    suspension: 'model_not_supported',
    message: 'model_not_supported',
    always: true,
  },
  challenge: { windowMs: 'backoff', suspension: '', message: 'cloudflare challenge' },
  'dead-grant': {
    windowMs: HALF_HOUR_MS,
    suspension: 'invalid_grant',
    message: 'invalid_grant',
  },
  auth: { windowMs: HALF_HOUR_MS, suspension: 'unauthorized', message: 'unauthorized' },
  payment: {
    windowMs: HALF_HOUR_MS,
    suspension: 'payment_required',
    message: 'payment_required',
  },
  'not-found': { windowMs: HALF_DAY_MS, suspension: 'not_found', message: 'not_found' },
  quota: { windowMs: 'backoff', suspension: 'quota', message: 'quota exhausted' },
  transient: { windowMs: 'transient', suspension: '', message: 'transient upstream error' },
  other: { windowMs: 'transient', suspension: '', message: 'request failed' },
};

/** What a failure does to the state that it hits. */
export interface Effect {
  /** Milliseconds from now; `backoff`: the quota window decides; undefined: nothing cools down. */
  readonly windowMs: number | 'backoff' | undefined;
  readonly suspension: string;
  readonly message: string;
}

/** The effect of one failure under the given settings. */
export function effectOf(outcome: Classification, settings: CoolingSettings): Effect {
  const row = ROWS[outcome.class];
  const off = settings.disableCooling && !outcome.forced && row.always !== true;
  if (off) return { windowMs: undefined, suspension: '', message: row.message };
  const windowMs = windowOf(row, settings) ?? (outcome.forced ? FORCED_MS : undefined);
  return { windowMs, suspension: row.suspension, message: row.message };
}

function windowOf(row: Row, settings: CoolingSettings): number | 'backoff' | undefined {
  if (row.windowMs === 'none') return undefined;
  if (row.windowMs !== 'transient') return row.windowMs;
  const { transientCooldownMs } = settings;
  return transientCooldownMs < 0 ? undefined : transientCooldownMs;
}

/** The quota part of a state after a failure: hints, and the exponential back-off (routing.md 6.4). */
import type { Classification } from './classify.ts';
import type { QuotaState } from '../credentials/state.ts';

/** First window, milliseconds; doubled by each further one. */
const FIRST_WINDOW_MS = 1000;

/** Longest window without a hint. */
export const MAX_WINDOW_MS = 30 * 60_000;

/** Shortest window after a challenge: asking again at once makes it worse. */
const MIN_CHALLENGE_MS = 10_000;

/**
 * `windowMs`: what the failure's class demands. `account`: the state is the credential's own. Other
 * failures only clear a window that is over, so that they are not taken for a quota block.
 */
export function quotaAfter(
  quota: QuotaState,
  outcome: Classification,
  windowMs: number | 'backoff',
  account: boolean,
  nowMs: number,
): QuotaState {
  const runningUntil = quota.exceeded ? (quota.nextRecoverAt ?? 0) : 0;
  const open = runningUntil > nowMs;
  if (windowMs !== 'backoff') {
    if (open) return quota;
    return { exceeded: false, reason: '', backoffLevel: quota.backoffLevel };
  }
  const reason = reasonOf(outcome, account);
  const { backoffLevel } = quota;
  if (outcome.class === 'quota' && outcome.retryAfterMs !== undefined) {
    const nextRecoverAt = Math.max(runningUntil, nowMs + outcome.retryAfterMs);
    return { exceeded: true, reason, nextRecoverAt, backoffLevel };
  }
  if (open) return { exceeded: true, reason, nextRecoverAt: runningUntil, backoffLevel };
  const grown = FIRST_WINDOW_MS * 2 ** backoffLevel;
  const least = outcome.class === 'challenge' ? MIN_CHALLENGE_MS : 0;
  return {
    exceeded: true,
    reason,
    nextRecoverAt: nowMs + Math.max(least, Math.min(grown, MAX_WINDOW_MS)),
    backoffLevel: grown < MAX_WINDOW_MS ? backoffLevel + 1 : backoffLevel,
  };
}

function reasonOf(outcome: Classification, account: boolean): QuotaState['reason'] {
  if (outcome.class === 'challenge') return 'cloudflare';
  return account && outcome.credentialScoped ? 'credential_quota' : 'quota';
}

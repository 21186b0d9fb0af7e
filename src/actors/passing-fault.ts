/** Faults of a service that is out of breath, which a conversation may wait out at its account. */
import { MAX_HOME_WAIT_MS } from '../turn.ts';
import type { Classification } from './classify.ts';

/** It did not take the turn, and may take it in a moment. Those of timeouts took long enough. */
const PASSING: ReadonlySet<number> = new Set([500, 502, 503, 529]);

/** May the same account be asked once more, before the fault counts? */
export function isPassingFault(outcome: Classification): boolean {
  const { class: kind, status, verdict, retryAfterMs = 0 } = outcome;
  const isFault = (kind === 'transient' || kind === 'other') && PASSING.has(status);
  const isOperators = outcome.forced || outcome.neutral;
  return isFault && !isOperators && verdict === 'next' && retryAfterMs <= MAX_HOME_WAIT_MS;
}

/** Turns an error of our own into the failure frame that the front answers or retries with. */
import type { SwitchyardError } from '../errors.ts';
import type { TurnFailure, TurnSummary } from '../turn.ts';

/** Summary of a turn that never reached an upstream. */
export const NO_SUMMARY: TurnSummary = {
  status: 0,
  upstreamModel: '',
  continuity: 'none',
  usage: null,
  upstreamTtfbMs: -1,
  ownMs: 0,
  transport: 'http',
  savedBytes: 0,
};

/** Our own errors never touch bindings or cooldowns (design 8: local faults cool nothing). */
export function turnFailure(
  error: SwitchyardError,
  summary: TurnSummary = NO_SUMMARY,
): TurnFailure {
  return {
    code: error.code,
    status: error.status,
    message: error.message,
    body: error.body ?? null,
    headers: [],
    retryAfterMs: error.retryAfterMs ?? null,
    verdict: error.retry === 'next' ? 'next' : 'stop',
    neutral: true,
    summary,
  };
}

/** Failed turns as the front gets them, which answers with them or tries another credential. */
import type { Classification } from './classify.ts';
import type { SwitchyardError } from '../errors.ts';
import type { TurnFailure, TurnSummary } from '../turn.ts';
import type { UpstreamFailure } from '../providers/types.ts';

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

/** An error of our own. Such errors never touch bindings or cooldowns (design 8: local faults cool nothing). */
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

/**
 * An error of the upstream. `mayGoOn`: the client has seen nothing yet; `repeat`: this account may be
 * asked once more; `passesHeaders`: the client gets the upstream's headers, too.
 */
export function upstreamTurnFailure(
  failure: UpstreamFailure,
  outcome: Classification,
  { mayGoOn, repeat, passesHeaders, summary }: Circumstances,
): TurnFailure {
  return {
    code: failure.code ?? 'upstream_error',
    status: failure.status,
    message: outcome.message,
    body: failure.body,
    ...(failure.final === true && { verbatim: true }),
    headers: passesHeaders ? failure.headers : [],
    retryAfterMs: failure.retryAfterMs ?? null,
    verdict: mayGoOn ? outcome.verdict : 'stop',
    neutral: outcome.neutral,
    ...(repeat && { repeat }),
    summary,
  };
}

interface Circumstances {
  mayGoOn: boolean;
  repeat: boolean;
  passesHeaders: boolean;
  summary: TurnSummary;
}

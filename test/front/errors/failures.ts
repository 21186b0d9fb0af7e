/** Failures of turns for the tests of error answers. */
import { turnFailure } from '../../../src/actors/turn-failure.ts';
import { SwitchyardError } from '../../../src/errors.ts';
import type { TurnFailure } from '../../../src/turn.ts';

/** An answer that the upstream gave itself. */
export function upstreamFailure(
  status: number,
  body: string | null,
  more: Partial<TurnFailure> = {},
): TurnFailure {
  const base = turnFailure(new SwitchyardError('upstream_rejected'));
  return { ...base, code: 'upstream_error', status, message: body ?? '', body, ...more };
}

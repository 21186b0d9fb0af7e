/** What a missing token means for the turns that wait for it and for the credential. */
import { SwitchyardError, toSwitchyardError } from '../../errors.ts';
import { failureOf } from '../../providers/failure.ts';
import type { UpstreamFailure } from '../../providers/types.ts';

/**
 * The error of a turn that got no token. `thrown`: what `obtain` rejected with; undefined when it
 * resolved without a token, because a login is needed.
 */
export function tokenError(thrown: unknown): SwitchyardError {
  if (thrown !== undefined) return toSwitchyardError(thrown);
  return new SwitchyardError('token_refresh_failed', {
    message: 'the access token could not be refreshed: log in to this account again',
  });
}

/** The same as an upstream's refusal, so that it cools the credential like one (routing.md 7.1). */
export function tokenFailure(error: SwitchyardError): UpstreamFailure {
  const { status, message, retryAfterMs } = error;
  const hint = retryAfterMs === undefined ? undefined : { retryAfterMs, evidence: 'token refresh' };
  return failureOf(status, message, [], hint);
}

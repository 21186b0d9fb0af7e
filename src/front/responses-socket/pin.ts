/** When a socket lets go of the credential that served it (codex.md 3.6, "pinning rules"). */
import type { TurnFailure } from '../../turn.ts';

/** Statuses that speak about the credential or its upstream, not about the request. */
const RELEASING: ReadonlySet<number> = new Set([401, 402, 403, 408, 429, 502, 503, 504]);

/** Codes of failures after which the upstream's socket does not know the conversation any more. */
const FORGOTTEN = ['previous_response_not_found', 'replay_required', 'ws_failed'];

/** Does this failure of the pinned credential end the pin? */
export function releasesPin({ status, code, body }: TurnFailure): boolean {
  // 0: the connection failed before there was a status.
  if (status === 0 || RELEASING.has(status)) return true;
  return FORGOTTEN.some((word) => code === word || body?.includes(word) === true);
}

/** When a token is refreshed ahead of its end (config.md 12). Pure; all times are Unix ms. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** Pause after a failed refresh that nobody waits for. */
export const FAILURE_PAUSE_MS = 5 * MINUTE_MS;

/** Shortest time between two refreshes of one file, whoever asks and however the first ended. */
export const MIN_GAP_MS = 30 * SECOND_MS;

/** How often the file of an account that needs a login is looked at for new tokens. */
export const LOGIN_POLL_MS = MINUTE_MS;

/** How often tokens that could not be written are written again. */
export const SAVE_RETRY_MS = MINUTE_MS;

/** Longest sleep: another program may have refreshed the file, and clocks jump. */
export const MAX_SLEEP_MS = 60 * MINUTE_MS;

/** Accounts that fall due together are spread over this time. */
export const MAX_JITTER_MS = MINUTE_MS;

/** A token this close to its end is not used any more: a request is on its way for some time. */
export const EXPIRY_MARGIN_MS = 30 * SECOND_MS;

/** What is known about a token's life. */
export interface TokenTimes {
  expiresAtMs?: number;
  lastRefreshMs?: number;
}

/** Is the token still good for a request that starts now? One without an end is. */
export const isFresh = ({ expiresAtMs }: TokenTimes, nowMs: number): boolean =>
  expiresAtMs === undefined || expiresAtMs - EXPIRY_MARGIN_MS > nowMs;

/**
 * When the next refresh is due. `intervalMs`: the file's own fixed period; `leadMs`: how long before
 * their end the provider's tokens are renewed. The lead is at most half
 * of the token's life: the reference refreshes a token that lives shorter than the lead all the time.
 */
export function refreshDue(
  times: TokenTimes,
  intervalMs: number | undefined,
  nowMs: number,
  leadMs: number,
): number {
  const { expiresAtMs, lastRefreshMs } = times;
  if (intervalMs !== undefined) {
    if (lastRefreshMs === undefined) return nowMs;
    return Math.min((expiresAtMs ?? Infinity) - intervalMs, lastRefreshMs + intervalMs);
  }
  if (expiresAtMs !== undefined) {
    const lifeMs = lastRefreshMs === undefined ? Infinity : expiresAtMs - lastRefreshMs;
    return expiresAtMs - Math.min(leadMs, Math.max(lifeMs / 2, 0));
  }
  return lastRefreshMs === undefined ? nowMs : lastRefreshMs + leadMs;
}

/** Milliseconds until the keeper looks again. `random`: in [0, 1). */
export function sleepUntil(
  dueMs: number,
  times: TokenTimes,
  nowMs: number,
  random: number,
): number {
  const sleep = Math.min(Math.max(dueMs - nowMs, 0), MAX_SLEEP_MS);
  const left = (times.expiresAtMs ?? Infinity) - nowMs - sleep;
  const room = Math.min(MAX_JITTER_MS, left > 0 ? left / 4 : MAX_JITTER_MS);
  return Math.round(sleep + random * room);
}

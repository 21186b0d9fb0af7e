/** Errors for a request that no credential can take (routing.md 4.8, 8). */
import { SwitchyardError } from '../errors.ts';
import type { Blocked } from './availability.ts';
import type { RoutedModel } from './table.ts';

/** Longest wait that is told for a fault: SDKs ignore a minute, and some clients give up on it. */
const MAX_TOLD_WAIT_MS = 30_000;

/** `requested`: the model as the client named it. */
export function refusalOf(
  model: RoutedModel,
  requested: string,
  blocked: Blocked,
  nowMs: number,
): SwitchyardError {
  const where = `(providers=${model.providers.join(',')}, model=${requested})`;
  if (blocked.candidates === 0) return unavailable('auth_not_found', where);
  const waitMs = Math.max(0, blocked.untilMs - nowMs);
  if (!blocked.onlyQuota) return unavailable('auth_unavailable', where, waitMs);
  return coolingDown(model, requested, waitMs);
}

/**
 * `Retry-After` tells the wait, because SDKs try only twice more and would be through with that before
 * an account is back; the reference has none.
 */
function unavailable(
  code: 'auth_not_found' | 'auth_unavailable',
  where: string,
  waitMs = Infinity,
): SwitchyardError {
  const retryAfterMs = Number.isFinite(waitMs) ? Math.min(waitMs, MAX_TOLD_WAIT_MS) : undefined;
  return new SwitchyardError(code, {
    message: `${code}: no auth available ${where}`,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/**
 * All credentials wait for their quota. `Retry-After` goes out in any case; the reference sends it
 * with `passthrough-headers` only.
 */
function coolingDown(model: RoutedModel, requested: string, waitMs: number): SwitchyardError {
  const known = Number.isFinite(waitMs);
  const [provider, ...others] = model.providers;
  const single = others.length === 0 ? provider : undefined;
  const who = requested === '' ? 'requested model' : `model ${requested}`;
  const via = single === undefined ? '' : ` via provider ${single}`;
  const message = `All credentials for ${who} are cooling down${via}`;
  const error = {
    code: 'model_cooldown',
    message,
    model: requested,
    ...(single !== undefined && { provider: single }),
    ...(known && {
      reset_seconds: Math.ceil(waitMs / 1000),
      reset_time: durationText(waitMs),
    }),
  };
  return new SwitchyardError('model_cooldown', {
    message,
    body: JSON.stringify({ error }),
    ...(known && { retryAfterMs: waitMs }),
  });
}

/** `1h2m3s`, rounded to a second; above zero at least `1s`. */
export function durationText(ms: number): string {
  const total = ms > 0 ? Math.max(1, Math.round(ms / 1000)) : 0;
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = `${total % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

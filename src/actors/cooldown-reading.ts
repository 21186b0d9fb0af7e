/**
 * What a quota reading does to the state of a credential: it is kept, and it ends or shortens a
 * cooldown that it disproves. Pure; times are Unix milliseconds.
 *
 * Codex.md 5.1 forbids to shorten a cooldown that came from a body by headers, because the headers of
 * the refusal itself say less than its body. A turn that began after the refusal is another matter:
 * its answer knows more, e.g. of a reset that was bought or granted.
 */
import { cleanModelState } from './cooldown.ts';
import {
  isExhausted,
  MATERIAL_RESET_MS,
  windowsOf,
  withReading,
  type QuotaReading,
} from '../credentials/quota.ts';
import type { CredentialState, ModelState } from '../credentials/state.ts';

/** The end that a reading gives to the cooldowns of its limit; 0: there is no reason for one. */
interface Verdict {
  limit: string;
  endMs: number;
  evidence: string | undefined;
  /** Start of the turn that was answered. */
  askedAtMs: number;
}

/**
 * The state after a reading. `model`: upstream model of the answer; `askedAtMs`: start of its turn,
 * undefined when the answer failed, since that can disprove nothing. Returns `state` itself when the
 * reading says nothing new.
 */
export function applyReading(
  state: CredentialState,
  reading: QuotaReading,
  model: string,
  askedAtMs: number | undefined,
): CredentialState {
  const verdict = askedAtMs === undefined ? undefined : verdictOf(reading, askedAtMs);
  const revised = verdict === undefined ? state : revise(state, verdict, reading.observedAt);
  const quota = withReading(state.quota, reading, model);
  return quota === state.quota ? revised : { ...revised, quota };
}

/** Undefined: without windows there is nothing to judge by. */
function verdictOf(reading: QuotaReading, askedAtMs: number): Verdict | undefined {
  const windows = windowsOf(reading);
  if (windows.length === 0) return undefined;
  const last = windows
    .filter((window) => isExhausted(window, reading.observedAt))
    .sort((one, other) => other.resetAt - one.resetAt)[0];
  return { limit: reading.limit, endMs: last?.resetAt ?? 0, evidence: last?.evidence, askedAtMs };
}

function revise(state: CredentialState, verdict: Verdict, nowMs: number): CredentialState {
  const next = (place: ModelState): ModelState | undefined => {
    if (!isOpenTo(place, verdict, nowMs)) return place;
    return verdict.endMs === 0 ? undefined : shortened(place, verdict);
  };
  const account = next(state.account) ?? cleanModelState();
  const entries = Object.entries(state.models);
  const models = entries.flatMap(([name, place]) => {
    const kept = next(place);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  const same =
    account === state.account &&
    models.length === entries.length &&
    models.every(([, kept], index) => kept === entries[index]?.[1]);
  return same ? state : { ...state, account, models: Object.fromEntries(models) };
}

/** Does this limit, and nothing else, block the place for noticeably longer than the verdict has it? */
function isOpenTo(place: ModelState, verdict: Verdict, nowMs: number): boolean {
  const { quota, lastError, suspension = 'quota', updatedAt, nextRetryAt = 0 } = place;
  const endsAt = quota.nextRecoverAt ?? 0;
  return (
    quota.exceeded &&
    lastError?.limit === verdict.limit &&
    suspension === 'quota' &&
    verdict.askedAtMs > updatedAt &&
    endsAt > nowMs &&
    endsAt - verdict.endMs >= MATERIAL_RESET_MS &&
    nextRetryAt <= endsAt
  );
}

function shortened(place: ModelState, { endMs, evidence }: Verdict): ModelState {
  return {
    ...place,
    nextRetryAt: endMs,
    quota: { ...place.quota, nextRecoverAt: endMs },
    ...(place.lastError && { lastError: { ...place.lastError, until: endMs, evidence } }),
  };
}

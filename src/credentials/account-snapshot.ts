/**
 * One account as people look at it: what it is, whether it can be used and why not, and how much of
 * its quota is used. Composed from its record and its last state; holds no secret.
 */
import { blockOf, type Block } from './availability.ts';
import { defined } from '../config/values.ts';
import type { AccountHandle, CredentialId } from '../ids.ts';
import type { CredentialRecord } from './record.ts';
import type { CredentialState, LastError } from './state.ts';
import type { QuotaReadings } from './quota.ts';

/** `ready`; `limited`: some models rest; `cooling`: all of it rests; `disabled` by its owner. */
export type AccountStatus = 'ready' | 'limited' | 'cooling' | 'disabled';

/** What rests, and what that is founded on. */
export interface AccountBlock {
  /** Upstream model; `''` = the whole account. */
  model: string;
  /** `cooldown`: it waits for quota; `other`: it failed in another way. */
  reason: 'cooldown' | 'other';
  /** Unix ms; absent: not known. */
  until?: number;
  /** The failure behind it, with its evidence. */
  error?: LastError;
}

/** Shown by the supervisor and on the command line. Times are Unix milliseconds. */
export interface AccountSnapshot {
  id: CredentialId;
  handle: AccountHandle;
  label: string;
  provider: string;
  kind: 'oauth' | 'apikey';
  /** As the provider said last; else as the credential's token says. */
  plan?: string;
  email?: string;
  disabled: boolean;
  priority: number;
  status: AccountStatus;
  /** `cooling`: the end of it; `limited`: when the first model comes back. Absent: not known. */
  until?: number;
  blocks: AccountBlock[];
  /** The latest failure that was not followed by a success; it may be over. */
  lastError?: LastError;
  /** What `lastError` rests on. */
  evidence?: string;
  quota?: QuotaReadings;
}

/** `state`: the last one published or stored; undefined: nothing was learned yet. */
export function accountSnapshot(
  record: CredentialRecord,
  state: CredentialState | undefined,
  nowMs: number,
): AccountSnapshot {
  const { id, handle, label, provider, kind, email, disabled, priority } = record;
  const blocks = disabled || state === undefined ? [] : blocksOf(state, nowMs);
  const lastError = state && latestError(state);
  return defined({
    id,
    handle,
    label,
    provider,
    kind,
    plan: state?.quota?.plan ?? record.plan,
    email,
    disabled,
    priority,
    status: disabled ? 'disabled' : statusOf(blocks),
    until: endOf(blocks),
    blocks,
    lastError,
    evidence: lastError?.evidence,
    quota: state?.quota,
  });
}

function statusOf(blocks: readonly AccountBlock[]): AccountStatus {
  if (blocks.length === 0) return 'ready';
  return blocks[0]?.model === '' ? 'cooling' : 'limited';
}

/** A block of the whole account stands alone: it covers the models. */
function blocksOf(state: CredentialState, nowMs: number): AccountBlock[] {
  // No model has the empty name: it asks for the account's own state.
  const models = Object.keys(state.models);
  const whole = blockOf(state, false, '', nowMs);
  if (whole.reason !== 'none') return toBlock('', whole, state.account.lastError);
  return models.flatMap((model) =>
    toBlock(model, blockOf(state, false, model, nowMs), state.models[model]?.lastError),
  );
}

function toBlock(model: string, block: Block, error: LastError | undefined): AccountBlock[] {
  const { reason, untilMs: until } = block;
  if (reason !== 'cooldown' && reason !== 'other') return [];
  return [defined({ model, reason, until, error })];
}

function endOf(blocks: readonly AccountBlock[]): number | undefined {
  const ends = blocks.flatMap(({ until }) => until ?? []);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function latestError(state: CredentialState): LastError | undefined {
  const failing = [state.account, ...Object.values(state.models)]
    .filter(({ lastError }) => lastError !== undefined)
    .sort((one, other) => other.updatedAt - one.updatedAt);
  return failing[0]?.lastError;
}

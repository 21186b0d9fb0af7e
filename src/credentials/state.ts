/**
 * Cooldown state of one credential as plain data (routing.md 6.1). Only the owning actor changes
 * it; the front keeps the latest published copy and the store keeps the last one for restarts.
 * All times are Unix milliseconds.
 */
import type { QuotaReadings } from './quota.ts';

/** Why a credential can not be chosen (routing.md 4.2). */
export type BlockReason = 'none' | 'cooldown' | 'disabled' | 'other';

/** Stored beside a failing state, for people and for the management API. */
export interface LastError {
  message: string;
  httpStatus: number;
  /** What the cooldown rests on: the header or field, e.g. `error.resets_at`. */
  evidence?: string;
  /** End of the cooldown that was in force after it; absent: nothing cooled down. */
  until?: number;
  /** What the cooldown keeps from being used. */
  scope?: 'model' | 'credential';
  /** Name of the usage limit that is exhausted; absent: another cause. */
  limit?: string;
}

/** Quota part of a state; `backoffLevel` counts closed windows (routing.md 6.4). */
export interface QuotaState {
  exceeded: boolean;
  reason: '' | 'quota' | 'credential_quota' | 'cloudflare';
  nextRecoverAt?: number;
  backoffLevel: number;
}

/** State of one model of a credential, or of the credential as a whole. */
export interface ModelState {
  status: 'active' | 'error';
  message: string;
  unavailable: boolean;
  nextRetryAt?: number;
  quota: QuotaState;
  lastError?: LastError;
  /** Registry marks (routing.md 1.4): reason of the suspension, and time of the last quota mark. */
  suspension?: string;
  quotaMarkAt?: number;
  updatedAt: number;
}

/** What an actor publishes and what is persisted. */
export interface CredentialState {
  /** Credential level: used when no model was known, and for `credential_quota`. */
  account: ModelState;
  /** By canonical upstream model. */
  models: Record<string, ModelState>;
  /** What answers said about the account's quota; failures and successes leave it as it is. */
  quota?: QuotaReadings;
}

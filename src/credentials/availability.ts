/** May a credential be used for a model now? (routing.md 4.2) */
import type { BlockReason, CredentialState, ModelState } from './state.ts';

/** Why a credential is blocked, and until when (Unix ms) if that is known. */
export interface Block {
  reason: BlockReason;
  untilMs: number | undefined;
}

const FREE: Block = { reason: 'none', untilMs: undefined };
const DISABLED: Block = { reason: 'disabled', untilMs: undefined };

/** `stateKey`: canonical upstream model. An unknown state counts as clean. */
export function blockOf(
  state: CredentialState | undefined,
  disabled: boolean,
  stateKey: string,
  nowMs: number,
): Block {
  if (disabled) return DISABLED;
  if (state === undefined) return FREE;
  const { quota } = state.account;
  if (quota.reason === 'credential_quota' && (quota.nextRecoverAt ?? 0) > nowMs) {
    return { reason: 'cooldown', untilMs: quota.nextRecoverAt };
  }
  const model = modelStateOf(state, stateKey);
  if (model !== undefined) return blockOfModel(model, nowMs);
  if (Object.keys(state.models).length > 0) return FREE;
  return blockOfModel(state.account, nowMs);
}

/** The state of one model. Names come from outside: `constructor` is one that has none. */
export function modelStateOf(state: CredentialState, stateKey: string): ModelState | undefined {
  return Object.hasOwn(state.models, stateKey) ? state.models[stateKey] : undefined;
}

function blockOfModel(state: ModelState, nowMs: number): Block {
  if (!state.unavailable && !state.quota.exceeded) return FREE;
  const retryAt = state.nextRetryAt ?? 0;
  const recoverAt = state.quota.nextRecoverAt ?? 0;
  const untilMs = Math.max(retryAt, recoverAt);
  const reason = state.quota.exceeded ? 'cooldown' : 'other';
  if (untilMs > nowMs) return { reason, untilMs };
  return untilMs > 0 ? FREE : { reason: 'other', untilMs: undefined };
}

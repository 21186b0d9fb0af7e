/**
 * The cooldown state machine of one credential (routing.md 6): pure steps from one state to the next.
 * A step that changes nothing returns the state it was given. All times are Unix milliseconds.
 */
import { isDeepStrictEqual } from 'node:util';
import { effectOf, type CoolingSettings, type Effect } from './cooldown-table.ts';
import { modelStateOf } from '../credentials/availability.ts';
import { defined } from '../config/values.ts';
import { quotaAfter } from './quota-window.ts';
import type { Classification } from './classify.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import type { CredentialState, LastError, ModelState } from '../credentials/state.ts';

/**
 * Models of one credential whose state is kept: several times the largest catalogue. When one more
 * fails, the one that is free the soonest is forgotten.
 */
export const MAX_MODEL_STATES = 256;

/** Where a failure lands: the model it hit, another model of the credential, the credential. */
type Place = 'model' | 'sibling' | 'account';

const NO_QUOTA = { exceeded: false, reason: '', backoffLevel: 0 } as const;

/** Nothing bad is known. */
export function cleanModelState(): ModelState {
  return {
    status: 'active',
    message: '',
    unavailable: false,
    quota: { ...NO_QUOTA },
    updatedAt: 0,
  };
}

/** A credential of which nothing bad is known. */
export function emptyState(): CredentialState {
  return { account: cleanModelState(), models: {} };
}

/** After a failed attempt. `model`: canonical upstream model; `''` = the call had none. */
export function applyFailure(
  state: CredentialState,
  model: string,
  outcome: Classification,
  settings: CoolingSettings,
  nowMs: number,
): CredentialState {
  if (outcome.neutral) return state;
  const effect = effectOf(outcome, settings);
  const fail = (previous: ModelState, place: Place): ModelState =>
    failed(previous, outcome, effect, place, nowMs);
  const whole = outcome.credentialScoped && effect.windowMs === 'backoff';
  if (model === '') return { ...state, account: fail(state.account, 'account') };
  const previous = modelStateOf(state, model) ?? cleanModelState();
  const others = whole
    ? Object.entries(state.models).map(([name, other]) => [name, fail(other, 'sibling')] as const)
    : Object.entries(state.models);
  const kept = withRoomFor(model, others);
  return {
    ...state,
    account: whole ? fail(state.account, 'account') : state.account,
    models: Object.fromEntries([...kept, [model, fail(previous, 'model')] as const]),
  };
}

/** After a successful turn: the model is clean again. A limit of the whole credential stays. */
export function applySuccess(
  state: CredentialState,
  model: string,
  nowMs: number,
): CredentialState {
  if (hasCredentialQuota(state, nowMs)) return state;
  const known = modelStateOf(state, model) !== undefined;
  const others = known
    ? Object.fromEntries(Object.entries(state.models).filter(([name]) => name !== model))
    : state.models;
  const dirty = state.account.status === 'error';
  const healthy = !Object.values(others).some((other) => other.status === 'error');
  const clean = dirty && (model === '' || healthy);
  if (!known && !clean) return state;
  return { ...state, account: clean ? cleanModelState() : state.account, models: others };
}

/** A new access token: what a refused one caused is void (codex.md 6.4). */
export function applyNewToken(state: CredentialState, nowMs: number): CredentialState {
  if (hasCredentialQuota(state, nowMs)) return state;
  const kept = Object.entries(state.models).filter(([, model]) => !refusedToken(model));
  const clean = refusedToken(state.account);
  if (!clean && kept.length === Object.keys(state.models).length) return state;
  return {
    ...state,
    account: clean ? cleanModelState() : state.account,
    models: Object.fromEntries(kept),
  };
}

const UNAUTHORIZED = 401;

const refusedToken = ({ lastError, suspension }: ModelState): boolean =>
  lastError?.httpStatus === UNAUTHORIZED || suspension === 'invalid_grant';

/**
 * What survives a change of the credential's file or entry (routing.md 6.6). An entry that only moved
 * keeps everything; one that differs in any other way starts clean, apart from a limit of the whole
 * account (one that is over blocks nothing); switched off, or with cooling switched off, it starts clean altogether.
 * Quota readings stay as long as it is the same account.
 */
export function retainAfterChange(
  state: CredentialState,
  before: CredentialRecord,
  after: CredentialRecord,
): CredentialState {
  const known = sameAccount(before, after) ? state : withoutReadings(state);
  if (isClean(known) || isDeepStrictEqual(withoutPlace(before), withoutPlace(after))) return known;
  const wholeAccountLimited = known.account.quota.reason === 'credential_quota';
  const coolingOff = after.disableCooling === true && before.disableCooling !== true;
  if (after.disabled || coolingOff || !wholeAccountLimited) return withoutCooldowns(known);
  return { ...known, models: {} };
}

function hasCredentialQuota(state: CredentialState, nowMs: number): boolean {
  const { quota } = state.account;
  return quota.reason === 'credential_quota' && (quota.nextRecoverAt ?? 0) > nowMs;
}

function isClean({ account, models }: CredentialState): boolean {
  return account.status === 'active' && Object.keys(models).length === 0;
}

/** Nothing bad is known any more; the quota readings stay. */
export function withoutCooldowns(state: CredentialState): CredentialState {
  return isClean(state) ? state : { ...state, ...emptyState() };
}

function withoutReadings(state: CredentialState): CredentialState {
  const { account, models } = state;
  return state.quota === undefined ? state : { account, models };
}

/** A file may be replaced by that of another account under the same name. */
function sameAccount(one: CredentialRecord, other: CredentialRecord): boolean {
  return one.handle === other.handle && one.email === other.email && one.baseUrl === other.baseUrl;
}

/** The index of an entry says nothing about it. */
function withoutPlace(record: CredentialRecord): CredentialRecord {
  if (record.source.kind !== 'config') return record;
  return { ...record, source: { ...record.source, index: 0 } };
}

function failed(
  previous: ModelState,
  outcome: Classification,
  effect: Effect,
  place: Place,
  nowMs: number,
): ModelState {
  const base: ModelState = {
    ...previous,
    status: 'error',
    message: place === 'account' ? effect.message : outcome.message,
    lastError: lastErrorOf(outcome, undefined, place),
    updatedAt: nowMs,
  };
  if (effect.windowMs === undefined) return base;
  const quota = quotaAfter(previous.quota, outcome, effect.windowMs, place === 'account', nowMs);
  const endMs =
    effect.windowMs === 'backoff' ? (quota.nextRecoverAt ?? 0) : nowMs + effect.windowMs;
  // A running block is never shortened by a later failure.
  const nextRetryAt = Math.max(previous.nextRetryAt ?? 0, endMs);
  const cooled: ModelState = {
    ...base,
    lastError: lastErrorOf(outcome, nextRetryAt, place),
    unavailable: true,
    nextRetryAt,
    quota,
  };
  if (place !== 'model') return cooled;
  return { ...cooled, ...marksOf(previous, outcome, effect, nowMs) };
}

/** Registry marks (routing.md 1.4): the first reason stays while the model is suspended. */
function marksOf(
  previous: ModelState,
  outcome: Classification,
  effect: Effect,
  nowMs: number,
): Pick<ModelState, 'suspension' | 'quotaMarkAt'> {
  const suspension = previous.suspension ?? effect.suspension;
  return {
    ...(suspension !== '' && { suspension }),
    ...(outcome.class === 'quota' && { quotaMarkAt: nowMs }),
  };
}

/** `until`: end of the cooldown; undefined: there is none, so it has no scope either. */
function lastErrorOf(outcome: Classification, until: number | undefined, place: Place): LastError {
  const { message, status: httpStatus, evidence, usageLimit: limit } = outcome;
  if (until === undefined) return defined({ message, httpStatus, evidence });
  const scope = place === 'model' && !outcome.credentialScoped ? 'model' : 'credential';
  return defined({ message, httpStatus, evidence, until, scope, limit });
}

function withRoomFor(
  model: string,
  entries: (readonly [string, ModelState])[],
): (readonly [string, ModelState])[] {
  const others = entries.filter(([name]) => name !== model);
  if (others.length < MAX_MODEL_STATES) return others;
  const endOf = (entry: ModelState): number =>
    Math.max(entry.nextRetryAt ?? 0, entry.quota.nextRecoverAt ?? 0);
  const soonest = others.reduce((one, other) => (endOf(other[1]) < endOf(one[1]) ? other : one));
  return others.filter((entry) => entry !== soonest);
}

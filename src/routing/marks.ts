/**
 * What the lists and `auto` make of a model's credentials (routing.md 1.4): quota marks and
 * suspensions. Choosing a credential for a request never looks at them.
 */
import { compareText, MIXED, type RoutedModel, type RoutingTable } from './table.ts';
import { imageOnlyModel } from './model-name.ts';
import { modelStateOf } from '../credentials/availability.ts';
import type { CredentialId } from '../ids.ts';
import type { CredentialState } from '../credentials/state.ts';

/** Latest published states by credential. */
export type States = ReadonlyMap<CredentialId, CredentialState>;

/** How long a quota mark counts, milliseconds. */
const QUOTA_MARK_MS = 5 * 60_000;

/** Suspension that a 429 leaves; all others mean that the credential can not serve the model. */
const QUOTA = 'quota';

/** How a model stands. */
export interface Standing {
  listed: boolean;
  /** Credentials that `auto` may count on. */
  autoCount: number;
}

/**
 * Marks are looked up under the model's own id: an alias or a prefixed id has none, so it never
 * leaves the lists.
 */
export function standingOf(model: RoutedModel, states: States, nowMs: number): Standing {
  let quota = 0;
  let quotaSuspended = 0;
  let suspended = 0;
  for (const id of model.offers.keys()) {
    const credential = states.get(id);
    const state = credential && modelStateOf(credential, model.info.id);
    if (state === undefined) continue;
    if ((state.quotaMarkAt ?? -Infinity) + QUOTA_MARK_MS > nowMs) quota += 1;
    if (state.suspension === QUOTA) quotaSuspended += 1;
    else if ((state.suspension ?? '') !== '') suspended += 1;
  }
  const total = model.offers.size;
  const effective = Math.max(0, total - quota - suspended);
  const allInQuota = quota + quotaSuspended > 0 && suspended === 0;
  return {
    listed: effective > 0 || (total > 0 && allInQuota),
    autoCount: Math.max(0, total - quota - quotaSuspended - suspended),
  };
}

/** Models that are shown to clients, by id. */
export function listedModels(table: RoutingTable, states: States, nowMs: number): RoutedModel[] {
  return [...table.models.values()]
    .filter((model) => model.scope === MIXED && standingOf(model, states, nowMs).listed)
    .sort((one, other) => compareText(one.info.id, other.info.id));
}

/**
 * What `auto` means now (routing.md 3.3): the newest listed id with a free credential. An id without
 * a date is the oldest; among equals the first by name. Models that only make images are left out,
 * which the reference does not do: nothing that says `auto` could use them.
 */
export function newestModel(
  table: RoutingTable,
  states: States,
  nowMs: number,
): string | undefined {
  let best: RoutedModel | undefined;
  for (const model of listedModels(table, states, nowMs)) {
    if (imageOnlyModel(model.info.id) !== undefined) continue;
    if (standingOf(model, states, nowMs).autoCount === 0) continue;
    const newer = (model.info.created ?? 0) > (best?.info.created ?? -1);
    if (newer) best = model;
  }
  return best?.info.id;
}

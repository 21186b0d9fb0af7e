/** Shared by the routing tests: credentials that offer given models, tables, states after failures. */
import { applyFailure, emptyState } from '../../src/actors/cooldown.ts';
import { buildRoutingTable, type RoutingTable } from '../../src/routing/table.ts';
import { classify } from '../../src/actors/classify.ts';
import { credentialId, type CredentialId } from '../../src/ids.ts';
import { failureOf, recordOf } from '../actors/support.ts';
import { parse } from '../config/support.ts';
import type { CredentialRecord, ModelEntry } from '../../src/credentials/record.ts';
import type { CredentialState } from '../../src/credentials/state.ts';
import type { States } from '../../src/routing/marks.ts';

/** `created` of configured models, Unix seconds, and the time of the tests, Unix ms. */
export const NOW_SECONDS = 1_800_000_000;
export const NOW = NOW_SECONDS * 1000;

/** A configured model; `alias` defaults to the name. */
export function model(name: string, alias = name, changes: Partial<ModelEntry> = {}): ModelEntry {
  return { name, alias, forceMapping: false, image: false, isCompat: false, ...changes };
}

/** A key entry of a compat provider, named like its id, that offers `m` unless told otherwise. */
export function keyed(
  id: string,
  models: ModelEntry[] = [model('m')],
  changes: Partial<CredentialRecord> = {},
): CredentialRecord {
  return recordOf({
    id: credentialId(id),
    provider: 'openai-compatible-acme',
    kind: 'apikey',
    label: id,
    models,
    compatName: 'acme',
    source: { kind: 'config', section: 'openai-compatibility', index: 0, apiKey: `secret-${id}` },
    ...changes,
  });
}

/** A Codex account from a file. */
export function account(id: string, changes: Partial<CredentialRecord> = {}): CredentialRecord {
  return recordOf({ id: credentialId(id), label: id, ...changes });
}

/** A Codex key entry with these models. */
export function codexKey(
  id: string,
  models: ModelEntry[] = [model('m')],
  changes: Partial<CredentialRecord> = {},
): CredentialRecord {
  return keyed(id, models, { provider: 'codex', compatName: undefined, ...changes });
}

export function tableOf(records: CredentialRecord[], yaml = ''): RoutingTable {
  return buildRoutingTable(parse(yaml), records, 1, NOW_SECONDS);
}

/** Ids of the table that clients may name, without `provider://` ones. */
export function idsOf(table: RoutingTable): string[] {
  return [...table.models.keys()].filter((id) => !id.includes('://')).sort();
}

/** What a failure of the upstream leaves behind. */
export function stateAfter(
  status: number,
  modelName: string,
  nowMs = NOW,
  retryAfterMs?: number,
): CredentialState {
  const failure = failureOf(status, 'failed', { retryAfterMs });
  const outcome = classify(failure, [], '/v1/chat/completions', 'answering');
  const cooling = { disableCooling: false, transientCooldownMs: 60_000 };
  return applyFailure(emptyState(), modelName, outcome, cooling, nowMs);
}

/** States by id of the credential. */
export function statesOf(
  states: Record<string, CredentialState> = {},
): Map<CredentialId, CredentialState> {
  return new Map(Object.entries(states).map(([id, state]) => [credentialId(id), state]));
}

export const NO_STATES: States = new Map();

/**
 * What one credential offers under which client-visible id: exclusions, then aliases, then prefixes
 * (routing.md 1.3, 3.7 to 3.9).
 */
import { matchesWildcard } from './wildcard.ts';
import { sourceModels, type ModelInfo, type SourceModel } from './catalogue.ts';
import { splitSuffix } from './model-name.ts';
import type { CredentialRecord, ModelAlias } from '../credentials/record.ts';

/** Ids of one credential with their models; an id appears once. A disabled credential has none. */
export function offeredModels(
  record: CredentialRecord,
  forcePrefix: boolean,
  nowSeconds: number,
): SourceModel[] {
  if (record.disabled) return [];
  const kept = sourceModels(record, nowSeconds).filter(
    ({ info }) => !record.excludedModels.some((pattern) => matchesWildcard(pattern, info.id)),
  );
  return prefixed(aliased(kept, record.aliases), record.prefix, forcePrefix);
}

/**
 * Adds a model per alias of a model that is there. The original stays when one of its aliases is a
 * fork, or when the alias is its own name (then only answers may be rewritten).
 */
function aliased(models: readonly SourceModel[], aliases: readonly ModelAlias[]): SourceModel[] {
  if (aliases.length === 0) return [...models];
  const result = new Map<string, SourceModel>();
  for (const model of models) {
    const own = aliases.filter((alias) => names(alias, model.info.id));
    const renamed = own.filter((alias) => !isSame(alias.alias, model.info.id));
    if (renamed.length === 0 || own.some((alias) => alias.fork)) {
      add(result, withForced(model, own));
    }
    for (const alias of renamed) result.set(alias.alias, aliasModel(model, alias));
  }
  return [...result.values()];
}

/** An alias that bears the id of a real model stands in its place: aliases are looked up first. */
function add(result: Map<string, SourceModel>, model: SourceModel): void {
  if (!result.has(model.info.id)) result.set(model.info.id, model);
}

function names(alias: ModelAlias, id: string): boolean {
  return isSame(splitSuffix(alias.name).base, id);
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function withForced(model: SourceModel, aliases: readonly ModelAlias[]): SourceModel {
  const same = aliases.find((alias) => isSame(alias.alias, model.info.id));
  return same?.forceMapping === true ? { ...model, forced: same.alias } : model;
}

function aliasModel(model: SourceModel, alias: ModelAlias): SourceModel {
  return {
    info: {
      ...model.info,
      id: alias.alias,
      ...(alias.displayName !== undefined && { displayName: alias.displayName }),
    },
    upstream: [alias.name],
    thinking: [model.info.thinking],
    forced: alias.forceMapping ? alias.alias : null,
    images: model.images,
  };
}

function prefixed(models: SourceModel[], prefix: string, forcePrefix: boolean): SourceModel[] {
  if (prefix === '') return models;
  const bare = models.filter(({ info }) => !forcePrefix || info.id === prefix);
  return [...bare, ...models.map((model) => ({ ...model, info: renamed(model.info, prefix) }))];
}

function renamed(info: ModelInfo, prefix: string): ModelInfo {
  return { ...info, id: `${prefix}/${info.id}` };
}

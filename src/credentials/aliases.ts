/** How a file's own aliases, exclusions and rules join the global ones (config.md 10.3, 11.4). */
import type { Config } from '../config/types.ts';
import type { ModelAlias, RequestScopedRule } from './record.ts';

/** The maps of the config that apply to file credentials. */
export type OauthMaps = Pick<
  Config,
  'oauthModelAlias' | 'oauthExcludedModels' | 'oauthRequestScopedErrors'
>;

/** File aliases, then the global ones of the channel whose name the file does not use. */
export function unitedAliases(own: ModelAlias[], channel: string, maps: OauthMaps): ModelAlias[] {
  const used = new Set(own.map((entry) => entry.alias.toLowerCase()));
  const inherited = maps.oauthModelAlias[channel] ?? [];
  return [...own, ...inherited.filter((entry) => !used.has(entry.alias.toLowerCase()))];
}

/** Patterns of the file and of the channel. */
export function unitedExclusions(own: string[], channel: string, maps: OauthMaps): string[] {
  return [...new Set([...own, ...(maps.oauthExcludedModels[channel] ?? [])])];
}

/** The file's rules, else those of the channel (routing.md 7.4). */
export function effectiveRules(
  own: RequestScopedRule[],
  channel: string,
  maps: OauthMaps,
): RequestScopedRule[] {
  return own.length > 0 ? own : (maps.oauthRequestScopedErrors[channel] ?? []);
}

/** The three maps by provider that apply to OAuth and file credentials (config.md 4.3, 4.4, 5). */
import type { z } from 'zod';
import { type aliasSchema, type ruleSchema, toAliases, toRules } from '../../credentials/nested.ts';
import { cleanPatterns } from '../../credentials/normalise.ts';
import type { ModelAlias, RequestScopedRule } from '../../credentials/record.ts';

/** Lower-cases the channels, joins what fell together, and leaves empty ones out. */
function byChannel<Raw, Clean>(
  raw: Readonly<Record<string, Raw[]>>,
  clean: (items: Raw[], channel: string) => Clean[],
): Record<string, Clean[]> {
  const joined = new Map<string, Raw[]>();
  for (const [name, items] of Object.entries(raw)) {
    const channel = name.trim().toLowerCase();
    joined.set(channel, [...(joined.get(channel) ?? []), ...items]);
  }
  return Object.fromEntries(
    [...joined]
      .map(([channel, items]) => [channel, clean(items, channel)] as const)
      .filter(([channel, items]) => channel !== '' && items.length > 0),
  );
}

/** `oauth-model-alias`. */
export function oauthAliases(
  raw: Record<string, z.output<typeof aliasSchema>[]>,
): Record<string, ModelAlias[]> {
  return byChannel(raw, toAliases);
}

/** `oauth-excluded-models`. */
export function oauthExcluded(raw: Record<string, string[]>): Record<string, string[]> {
  return byChannel(raw, cleanPatterns);
}

/** `oauth-request-scoped-errors`. */
export function oauthRules(
  raw: Record<string, z.output<typeof ruleSchema>[]>,
  ignored: string[],
): Record<string, RequestScopedRule[]> {
  return byChannel(raw, (items, channel) =>
    toRules(items, `oauth-request-scoped-errors.${channel}`, ignored),
  );
}

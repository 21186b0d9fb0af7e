/** Models, aliases and error rules as entries and files write them (config.md 4.1 to 4.4). */
import type { z } from 'zod';
import { defined } from '../config/values.ts';
import {
  documented,
  flag,
  flagLeaf,
  item,
  leaf,
  list,
  text,
  textLeaf,
  whole,
  wholeLeaf,
} from '../config/scalars.ts';
import type { ModelAlias, ModelEntry, RequestScopedRule, ThinkingCapability } from './record.ts';

const anyWhole = wholeLeaf(-Infinity, Infinity);

const thinkingSchema = item({
  min: anyWhole.optional(),
  max: anyWhole.optional(),
  'zero-allowed': flagLeaf.optional(),
  'dynamic-allowed': flagLeaf.optional(),
  levels: textLeaf.array().optional(),
});

/** A model entry. */
export const modelSchema = item({
  name: text('', 'Upstream model id.'),
  alias: text('', 'Id that clients use; empty = `name`.'),
  'display-name': text('', 'Label in model lists.'),
  'max-context-length': whole(0, 'Context window shown to Codex clients; 0 = unknown.'),
  'force-mapping': flag(false, 'Write the alias into the model fields of answers.'),
  'is-compat': flag(false, 'Keep thinking blocks without a signature.'),
  image: flag(false, 'openai-compatibility: the model makes images.'),
  'input-modalities': list(
    textLeaf,
    'openai-compatibility: what it reads; `text` without `image`: tool results go up as text.',
    'list of text',
  ),
  thinking: documented(thinkingSchema.optional(), {
    type: 'map',
    description:
      'What the model can do: `min`, `max`, `zero-allowed`, `dynamic-allowed` (numbers) or `levels`.',
    shown: 'by provider',
  }),
});

/** An alias of an OAuth or file credential. */
export const aliasSchema = item({
  name: text('', 'Upstream model id.'),
  alias: text('', 'Id that clients use.'),
  fork: flag(false, 'Keep the upstream id listed beside the alias.'),
  'display-name': text('', 'Label in model lists.'),
  'force-mapping': flag(false, 'Write the alias into the model fields of answers.'),
});

/** A request-scoped error rule; the key `match-regexr` is spelled as in existing files. */
export const ruleSchema = item({
  status: whole(0, 'HTTP status of the upstream error.'),
  match: list(textLeaf, 'Substrings of the error body, any.', 'list of text'),
  'match-regexr': list(textLeaf, 'Regular expressions, any.', 'list of text'),
  action: text('', '`stop`, `stop-and-cooldown`, `continue` or `continue-and-cooldown`.'),
});

/** Wildcard patterns of models that are not offered. */
export const excludedSchema = list(
  textLeaf,
  'Models left out; `*` is a wildcard, and alone it switches the entry off.',
  'list of text',
);

function toThinking(raw: z.output<typeof thinkingSchema>): ThinkingCapability {
  return defined({
    min: raw.min,
    max: raw.max,
    zeroAllowed: raw['zero-allowed'],
    dynamicAllowed: raw['dynamic-allowed'],
    levels: raw.levels,
  });
}

function isTextOnly(modalities: readonly string[]): boolean {
  const words = modalities.map((word) => word.toLowerCase());
  return words.includes('text') && !words.includes('image');
}

/** Models of an entry; one without a name is left out. `thinking` is the value for an absent block. */
export function toModels(
  raw: readonly z.output<typeof modelSchema>[],
  thinking?: ThinkingCapability,
): ModelEntry[] {
  return raw
    .filter((model) => model.name !== '')
    .map((model) =>
      defined({
        name: model.name,
        alias: model.alias || model.name,
        displayName: model['display-name'] || undefined,
        maxContextLength: model['max-context-length'] > 0 ? model['max-context-length'] : undefined,
        forceMapping: model['force-mapping'],
        image: model.image,
        isCompat: model['is-compat'],
        textOnly: isTextOnly(model['input-modalities']) || undefined,
        thinking: model.thinking ? toThinking(model.thinking) : thinking,
      }),
    );
}

/** Aliases: both names set and different; an alias name is used once, the first wins. */
export function toAliases(raw: readonly z.output<typeof aliasSchema>[]): ModelAlias[] {
  const seen = new Set<string>();
  return raw
    .filter(({ name, alias }) => {
      const key = alias.toLowerCase();
      if (!name || !alias || name.toLowerCase() === key || seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .map((entry) =>
      defined({
        name: entry.name,
        alias: entry.alias,
        fork: entry.fork,
        displayName: entry['display-name'] || undefined,
        forceMapping: entry['force-mapping'],
      }),
    );
}

const actionLeaf = leaf('an action', (value) =>
  (['stop', 'stop-and-cooldown', 'continue', 'continue-and-cooldown'] as const).find(
    (word) => word === value,
  ),
);

function usableRegex(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}

/**
 * Rules that can ever apply. A regular expression that this runtime can not compile (Go's `(?i)`)
 * has no effect; its place goes into `ignored`, e.g. `codex-api-key[0].….match-regexr[1]`.
 */
export function toRules(
  raw: readonly z.output<typeof ruleSchema>[],
  where: string,
  ignored: string[],
): RequestScopedRule[] {
  return raw.flatMap((rule, index) => {
    const matchRegex = rule['match-regexr'].filter((source, place) => {
      const usable = source === '' || usableRegex(source);
      if (!usable) ignored.push(`${where}[${index}].match-regexr[${place}]`);
      return usable && source !== '';
    });
    const match = rule.match.filter((part) => part !== '');
    const action = actionLeaf.safeParse(rule.action.toLowerCase());
    const hasMatch = match.length + matchRegex.length > 0;
    if (rule.status <= 0 || !hasMatch || !action.success) return [];
    return [{ status: rule.status, match, matchRegex, action: action.data }];
  });
}

/**
 * `payload`: rules that change request bodies before they go upstream (config.md 4.5;
 * translate-openai-claude.md 11). Paths and patterns are read here, once.
 */
import { z } from 'zod';
import { parsePath } from '../../json/paths/parse.ts';
import type { Path } from '../../json/paths/types.ts';
import { item, list, mapOf, section, text, textLeaf } from '../scalars.ts';
import type { PathValue, PayloadMatch, PayloadRule } from '../types.ts';

const valuesSchema = mapOf(z.unknown(), 'Values by path.');

/** One entry of `models`: all of it has to fit. */
export const payloadModelSchema = item({
  name: text('', 'Model, of the upstream or as the client wrote it; `*` is a wildcard.'),
  protocol: text('', 'Format of the upstream, e.g. `codex`. Empty: any.'),
  'from-protocol': text('', 'Format of the client, e.g. `openai`, `responses`. Empty: any.'),
  headers: mapOf(textLeaf, 'Headers of the client by name; `*` is a wildcard.'),
  match: list(valuesSchema, 'Paths that have these values.'),
  'not-match': list(valuesSchema, 'Paths that do not have these values.'),
  exist: list(textLeaf, 'Paths that exist and are not null.', 'list of text'),
  'not-exist': list(textLeaf, 'Paths that are missing or null.', 'list of text'),
});

const models = () => list(payloadModelSchema, 'When the rule applies: one of these fits.');

/** A rule that writes values. */
export const payloadRuleSchema = item({
  models: models(),
  params: mapOf(z.unknown(), 'Values by path; in `-raw` rules their JSON text.'),
});

/** A rule that removes. */
export const payloadFilterSchema = item({
  models: models(),
  params: list(textLeaf, 'Paths to remove.', 'list of text'),
});

const rules = (description: string) => list(payloadRuleSchema, description);

/** Keys below `payload`. */
export const payloadShape = section({
  default: rules('Written where the client said nothing. The first rule for a path wins.'),
  'default-raw': rules('The same, with values as JSON text.'),
  override: rules('Always written. The last rule for a path wins.'),
  'override-raw': rules('The same, with values as JSON text.'),
  filter: list(payloadFilterSchema, 'Removed, after everything else.'),
});

/** All rules in the order in which they apply. What can not be read is named in `ignored`. */
export function toPayload(keys: z.output<typeof payloadShape>, ignored: string[]): PayloadRule[] {
  const written = (['default', 'default-raw', 'override', 'override-raw'] as const).flatMap(
    (name) => {
      const kind = name.startsWith('default') ? 'default' : 'override';
      return keys[name].flatMap((rule, index): PayloadRule[] => {
        const where = `payload.${name}[${String(index)}]`;
        const values = name.endsWith('-raw') ? fromRaw(rule.params) : rule.params;
        if (values === undefined) {
          ignored.push(where);
          return [];
        }
        return [{ kind, models: toMatches(rule.models), params: toParams(values, where, ignored) }];
      });
    },
  );
  const removed = keys.filter.map((rule, index): PayloadRule => {
    const where = `payload.filter[${String(index)}]`;
    const paths = rule.params.map((path) => [path, undefined] as const);
    const params = toParams(Object.fromEntries(paths), where, ignored);
    return { kind: 'filter', models: toMatches(rule.models), params };
  });
  return [...written, ...removed].filter(({ params }) => params.length > 0);
}

/** Values from their JSON text; one that is none spoils the whole rule. Null stands for nothing. */
function fromRaw(params: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const values: [string, unknown][] = [];
  for (const [path, value] of Object.entries(params)) {
    if (value === null) continue;
    try {
      values.push([path, typeof value === 'string' ? JSON.parse(value) : value]);
    } catch {
      return undefined;
    }
  }
  return Object.fromEntries(values);
}

function toParams(
  values: Readonly<Record<string, unknown>>,
  where: string,
  ignored: string[],
): PathValue[] {
  return Object.entries(values).flatMap(([text, value]) => {
    const path = parsePath(text);
    if (path !== undefined) return [{ path, value }];
    ignored.push(`${where}.params`);
    return [];
  });
}

/** Other words for the format of Responses clients. */
const RESPONSES = ['openai-response', 'openai-responses', 'response'];

function toMatches(raw: readonly z.output<typeof payloadModelSchema>[]): PayloadMatch[] {
  return raw.flatMap((entry) => {
    if (entry.name === '') return [];
    const from = entry['from-protocol'].toLowerCase();
    return [
      {
        name: starsOnly(entry.name),
        protocol: entry.protocol.toLowerCase(),
        from: RESPONSES.includes(from) ? 'responses' : from,
        headers: Object.entries(entry.headers).map(([name, value]) => ({
          name: name.toLowerCase(),
          value: starsOnly(value),
        })),
        match: conditions(entry.match),
        notMatch: conditions(entry['not-match']),
        exist: paths(entry.exist),
        notExist: paths(entry['not-exist']),
      },
    ];
  });
}

/** In names and headers only `*` is special. */
const starsOnly = (pattern: string): string => pattern.replace(/[\\?]/g, '\\$&');

const paths = (texts: readonly string[]): Path[] =>
  texts.flatMap((text) => (text.trim() === '' ? [] : [parsePath(text) ?? NOWHERE]));

/** A condition on a path that can not be read looks at a place that does not exist. */
const NOWHERE: Path = [{ kind: 'query', all: false, query: [] }];

const conditions = (raw: readonly Readonly<Record<string, unknown>>[]): PathValue[] =>
  raw.flatMap((values) =>
    Object.entries(values).flatMap(([text, value]) =>
      text.trim() === '' ? [] : [{ path: parsePath(text) ?? NOWHERE, value }],
    ),
  );

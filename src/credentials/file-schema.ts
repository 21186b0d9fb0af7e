/** The fields of a credential file that Switchyard reads (config.md 10.3); others are untouched. */
import { z } from 'zod';
import { parseDuration } from '../config/duration.ts';
import { flagLeaf, leaf, textLeaf, wholeLeaf } from '../config/scalars.ts';
import { dropNulls, type Fields } from '../config/values.ts';
import { aliasSchema, ruleSchema } from './nested.ts';
import { baseUrlLeaf, headersSchema, weightLeaf } from './normalise.ts';

const anyWhole = wholeLeaf(-Infinity, Infinity);

/** A number, or the same as text. */
const numericLeaf = leaf('a number', (value) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
});

/** A period in seconds: a number, or text with a number or a duration such as `30m`. */
const periodLeaf = leaf('seconds or a duration such as 30m', (value) => {
  const seconds = numericLeaf.safeParse(value);
  if (seconds.success) return seconds.data;
  const ms = typeof value === 'string' ? parseDuration(value.trim()) : undefined;
  return ms === undefined ? undefined : ms / 1000;
});

const FLAG_WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  false: false,
  '0': false,
  '': false,
};

/** A boolean, or the same as text. */
const looseFlag = leaf('true or false', (value) => {
  if (typeof value === 'string') return FLAG_WORDS[value.trim().toLowerCase()];
  return typeof value === 'boolean' ? value : undefined;
});

const listOf = <S extends z.ZodType>(entry: S) =>
  z.array(entry, { error: 'expected a list' }).default([]);

/** Checked fields; token texts are only looked at for presence and claims. */
export const credentialFileSchema = z.looseObject({
  type: textLeaf.default(''),
  email: textLeaf.default(''),
  label: textLeaf.default(''),
  disabled: flagLeaf.default(false),
  prefix: textLeaf.default(''),
  priority: numericLeaf.default(0),
  weight: weightLeaf.default(1),
  proxy_url: textLeaf.default(''),
  base_url: baseUrlLeaf.default(''),
  api_key: textLeaf.default(''),
  headers: headersSchema.default({}),
  excluded_models: listOf(textLeaf),
  model_aliases: listOf(aliasSchema),
  request_retry: anyWhole.optional(),
  disable_cooling: flagLeaf.optional(),
  request_scoped_errors: listOf(ruleSchema),
  websockets: looseFlag.default(false),
  refresh_interval_seconds: periodLeaf.optional(),
  refresh_interval: periodLeaf.optional(),
  keep_cache_retention: flagLeaf.optional(),
});

/** A checked file. */
export type CredentialFile = z.output<typeof credentialFileSchema>;

const KEBAB_FIELDS = [
  'proxy-url',
  'base-url',
  'api-key',
  'excluded-models',
  'model-aliases',
  'request-retry',
  'disable-cooling',
  'request-scoped-errors',
  'keep-cache-retention',
];

/** Other spellings of fields (config.md 10.3; providers.md 1.4). */
const SPELLINGS: readonly (readonly [other: string, field: string])[] = [
  ...KEBAB_FIELDS.map((kebab) => [kebab, kebab.replaceAll('-', '_')] as const),
  ['refreshIntervalSeconds', 'refresh_interval_seconds'],
  ['refreshInterval', 'refresh_interval'],
];

/** The fields under their snake-case names; where both spellings exist the snake one wins. */
export function snakeFields(raw: Fields): Fields {
  const fields = { ...(dropNulls(raw) as Fields) };
  for (const [other, field] of SPELLINGS) {
    const { [other]: value } = fields;
    if (value === undefined) continue;
    fields[field] ??= value;
    delete fields[other];
  }
  return fields;
}

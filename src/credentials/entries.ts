/**
 * The credential sections of the config file that are served (config.md 3) and the records made of
 * them (config.md 11): one per item of a `...-api-key` section, one per key of an
 * `openai-compatibility` item.
 */
import type { z } from 'zod';
import {
  documented,
  flag,
  flagLeaf,
  item,
  list,
  maybeFlag,
  text,
  whole,
  wholeLeaf,
} from '../config/scalars.ts';
import { defined } from '../config/values.ts';
import { entryHandle, entryId, handleOf, headersPart, UniqueIds } from './ids.ts';
import { excludedSchema, modelSchema, ruleSchema, toModels, toRules } from './nested.ts';
import {
  baseUrlLeaf,
  cleanBaseUrl,
  cleanPatterns,
  cleanPrefix,
  headersSchema,
  retryOverride,
  weightLeaf,
} from './normalise.ts';
import type { CredentialRecord, ThinkingCapability } from './record.ts';

const weight = documented(weightLeaf.default(1), {
  type: 'number',
  description: 'Share under `weighted-round-robin`; 0 takes the credential out of it.',
});
const proxyUrl = text('', 'Outbound proxy of this credential; `direct` = none.');

const commonShape = {
  'base-url': documented(baseUrlLeaf.default(''), {
    type: 'text',
    description: 'Upstream address. Required: an item without it is left out.',
  }),
  priority: whole(0, 'Higher is chosen first.'),
  prefix: text('', 'Namespace: models appear as `prefix/model`.'),
  headers: documented(headersSchema.default({}), {
    type: 'map',
    description: 'Extra upstream headers; `$Name` copies the header of the client.',
    shown: '{}',
  }),
  models: list(modelSchema, 'Models offered; empty = the catalogue of the provider.'),
  'disable-cooling': maybeFlag('Overrides `disable-cooling` for this credential.'),
  'request-retry': documented(wholeLeaf(-Infinity, Infinity).optional(), {
    type: 'number',
    description: 'Overrides `request-retry` for this credential.',
    shown: 'inherit',
  }),
  'request-scoped-errors': list(ruleSchema, 'Rules for errors that concern one request only.'),
  'keep-cache-retention': documented(flagLeaf.optional(), {
    type: 'bool',
    description: 'Keep the `prompt_cache_retention` of the client. Switchyard only.',
    shown: 'by provider',
  }),
};

/** An item of `codex-api-key`. */
export const codexEntrySchema = item({
  'api-key': text('', 'Key sent upstream; empty = no `Authorization` header.'),
  ...commonShape,
  weight,
  'proxy-url': proxyUrl,
  'excluded-models': excludedSchema,
  websockets: flag(false, 'Ask it over WebSockets that stay open, one for each conversation.'),
});

/** Members of an item whose provider has an address of its own. */
const keyShape = (address: string) => ({
  'api-key': text('', 'Key sent upstream; empty = none is sent.'),
  ...commonShape,
  'base-url': documented(baseUrlLeaf.default(''), {
    type: 'text',
    description: `Upstream address; empty = ${address}.`,
  }),
  weight,
  'proxy-url': proxyUrl,
  'excluded-models': excludedSchema,
});

/** An item of `claude-api-key`. */
export const claudeEntrySchema = item({
  ...keyShape('the Anthropic API'),
  'rebuild-mid-system-message': flag(
    false,
    'Move system messages amid a conversation to the end of `system`.',
  ),
});

/** An item of `gemini-api-key`. */
export const geminiEntrySchema = item(keyShape('the Gemini API'));

/** An item of `vertex-api-key`. */
export const vertexEntrySchema = item(keyShape('the API of Vertex AI'));

/** An item of `openai-compatibility[].api-key-entries`. */
export const keyEntrySchema = item({
  'api-key': text('', 'Key sent upstream.'),
  weight,
  'proxy-url': proxyUrl,
});

/** An item of `openai-compatibility`. */
export const compatEntrySchema = item({
  name: text('', 'Provider name.'),
  disabled: flag(false, 'Leave the whole provider out.'),
  ...commonShape,
  'api-key-entries': list(keyEntrySchema, 'Keys; empty = one credential without a key.'),
  'support-prompt-cache-key': flag(false, 'Derive and send `prompt_cache_key`.'),
});

type Common = z.output<z.ZodObject<typeof commonShape>>;

/** Name of a provider item that has none, as in the reference. */
const NAMELESS = 'openai-compatibility';

/** What an omitted `thinking` block of a compat model means (config.md 4.2). */
const COMPAT_THINKING: ThinkingCapability = { levels: ['low', 'medium', 'high'] };

/** Fields that every entry record fills the same way. */
function commonFields(entry: Common, where: string, ignored: string[]) {
  const rules = entry['request-scoped-errors'];
  return {
    kind: 'apikey' as const,
    disabled: false,
    prefix: cleanPrefix(entry.prefix),
    priority: entry.priority,
    baseUrl: cleanBaseUrl(entry['base-url']),
    headers: entry.headers,
    aliases: [],
    disableCooling: entry['disable-cooling'],
    requestRetry: retryOverride(entry['request-retry']),
    requestScopedErrors: toRules(rules, `${where}.request-scoped-errors`, ignored),
    keepCacheRetention: entry['keep-cache-retention'],
  };
}

/** An item that is one key: of every section the members that count for its record. */
type KeyEntry = z.output<typeof geminiEntrySchema> & {
  websockets?: boolean;
  'rebuild-mid-system-message'?: boolean;
};

/** The record of one key. `provider` also names the section: `<provider>-api-key`. */
function keyRecord(
  provider: string,
  entry: KeyEntry,
  index: number,
  ids: UniqueIds,
  ignored: string[],
): CredentialRecord {
  const section = `${provider}-api-key`;
  const apiKey = entry['api-key'];
  const common = commonFields(entry, `${section}[${index}]`, ignored);
  const parts = [apiKey, entry['base-url'], entry['proxy-url'], common.prefix];
  const id = ids.claim(entryId(`${provider}:apikey`, [...parts, headersPart(entry.headers)]));
  return defined<CredentialRecord>({
    ...common,
    id,
    provider,
    handle: entryHandle(section, entry['base-url'], apiKey, id),
    label: `${provider}-apikey`,
    weight: entry.weight,
    proxyUrl: entry['proxy-url'],
    models: toModels(entry.models),
    excludedModels: cleanPatterns(entry['excluded-models']),
    websockets: entry.websockets ?? false,
    movesSystem: entry['rebuild-mid-system-message'] === true || undefined,
    supportPromptCacheKey: false,
    source: { kind: 'config', section, index, apiKey },
  });
}

/** Its id knows fewer parts, and its models need both names (config.md 5, 11.2, 11.3). */
function vertexRecord(
  entry: z.output<typeof vertexEntrySchema>,
  index: number,
  ids: UniqueIds,
  ignored: string[],
): CredentialRecord {
  const models = entry.models.filter(({ name, alias }) => name !== '' && alias !== '');
  const record = keyRecord('vertex', { ...entry, models }, index, new UniqueIds(), ignored);
  const parts = [entry['api-key'], entry['base-url'], entry['proxy-url']];
  const id = ids.claim(entryId('vertex:apikey', parts));
  return { ...record, id, handle: handleOf(`id:${id}`) };
}

function compatRecords(
  entry: z.output<typeof compatEntrySchema>,
  index: number,
  ids: UniqueIds,
  ignored: string[],
): CredentialRecord[] {
  const section = 'openai-compatibility';
  const name = entry.name || NAMELESS;
  const baseUrl = entry['base-url'];
  const common = commonFields(entry, `${section}[${index}]`, ignored);
  const idKind = `openai-compatibility:${name.toLowerCase()}`;
  const keys = entry['api-key-entries'];
  const keyless = { 'api-key': '', weight: 1, 'proxy-url': '' };
  return (keys.length > 0 ? keys : [keyless]).map((key) => {
    const apiKey = key['api-key'];
    const parts = keys.length > 0 ? [apiKey, baseUrl, key['proxy-url']] : [baseUrl];
    const id = ids.claim(entryId(idKind, parts));
    return defined<CredentialRecord>({
      ...common,
      id,
      provider: `openai-compatible-${name.toLowerCase()}`,
      handle: entryHandle(section, baseUrl, apiKey, id),
      label: name,
      weight: key.weight,
      proxyUrl: key['proxy-url'],
      models: toModels(entry.models, COMPAT_THINKING),
      excludedModels: [],
      websockets: false,
      supportPromptCacheKey: entry['support-prompt-cache-key'],
      compatName: name,
      source: { kind: 'config', section, index, apiKey },
    });
  });
}

/** The decoded credential sections. */
export interface EntrySections {
  'gemini-api-key': z.output<typeof geminiEntrySchema>[];
  'claude-api-key': z.output<typeof claudeEntrySchema>[];
  'codex-api-key': z.output<typeof codexEntrySchema>[];
  'openai-compatibility': z.output<typeof compatEntrySchema>[];
  'vertex-api-key': z.output<typeof vertexEntrySchema>[];
}

/**
 * Records of all entries in section order (config.md 11.4). Items without the `base-url` they need,
 * empty ones and disabled providers give none. Names of parts without effect are added to `ignored`.
 */
export function entryRecords(sections: EntrySections, ignored: string[]): CredentialRecord[] {
  const ids = new UniqueIds();
  const gemini = sections['gemini-api-key'].flatMap((entry, index) =>
    entry['api-key'] || entry['base-url'] ? [keyRecord('gemini', entry, index, ids, ignored)] : [],
  );
  const claude = sections['claude-api-key'].flatMap((entry, index) =>
    entry['api-key'] || entry['base-url'] ? [keyRecord('claude', entry, index, ids, ignored)] : [],
  );
  const codex = sections['codex-api-key'].flatMap((entry, index) =>
    entry['base-url'] ? [keyRecord('codex', entry, index, ids, ignored)] : [],
  );
  const compat = sections['openai-compatibility'].flatMap((entry, index) =>
    entry['base-url'] && !entry.disabled ? compatRecords(entry, index, ids, ignored) : [],
  );
  const vertex = sections['vertex-api-key'].flatMap((entry, index) =>
    entry['api-key'] ? [vertexRecord(entry, index, ids, ignored)] : [],
  );
  return [...withoutDoubles(gemini), ...claude, ...codex, ...compat, ...withoutDoubles(vertex)];
}

/** An entry that says the same as one before it is left out (config.md 5): its id is numbered. */
const withoutDoubles = (records: readonly CredentialRecord[]): CredentialRecord[] =>
  records.filter(({ id }) => !/-\d+$/.test(id));

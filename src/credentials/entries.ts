/**
 * Records of the credential sections (config.md 11): one per item of a `...-api-key` section, one
 * per key of an `openai-compatibility` item.
 */
import { defined } from '../config/values.ts';
import { entryHandle, entryId, handleOf, headersPart, UniqueIds } from './ids.ts';
import { toModels, toRules } from './nested.ts';
import { cleanBaseUrl, cleanPatterns, cleanPrefix, retryOverride } from './normalise.ts';
import type { CommonEntry, EntrySections, KeyEntry } from './entry-schemas.ts';
import type { CredentialRecord, ThinkingCapability } from './record.ts';

/** Name of a provider item that has none, as in the reference. */
const NAMELESS = 'openai-compatibility';

/** What an omitted `thinking` block of a compat model means (config.md 4.2). */
const COMPAT_THINKING: ThinkingCapability = { levels: ['low', 'medium', 'high'] };

/** Fields that every entry record fills the same way. */
function commonFields(entry: CommonEntry, where: string, ignored: string[]) {
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

/**
 * Its id knows fewer parts (config.md 11.2, 11.3). A model without an alias has its own name, as in
 * the other sections; the reference drops it, and offers all models where none is left.
 */
function vertexRecord(
  entry: EntrySections['vertex-api-key'][number],
  index: number,
  ids: UniqueIds,
  ignored: string[],
): CredentialRecord {
  const record = keyRecord('vertex', entry, index, new UniqueIds(), ignored);
  const parts = [entry['api-key'], entry['base-url'], entry['proxy-url']];
  const id = ids.claim(entryId('vertex:apikey', parts));
  return { ...record, id, handle: handleOf(`id:${id}`) };
}

function compatRecords(
  entry: EntrySections['openai-compatibility'][number],
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

/** Which models a credential can offer before exclusions, aliases and prefixes (routing.md 1.2). */
import {
  CODEX_IMAGE_MODELS,
  CODEX_MODELS,
  type CatalogueRow,
  type PlanTier,
} from './catalogue-data.ts';
import { GEMINI_MODELS, VERTEX_MODELS, type GoogleModel } from '../formats/gemini/models.ts';
import { CLAUDE_MODELS, type ClaudeModel } from '../formats/claude/models.ts';
import { splitSuffix } from './model-name.ts';
import type { CredentialRecord, ModelEntry, ThinkingCapability } from '../credentials/record.ts';

/** What is known about a client-visible model (routing.md 1.1). */
export interface ModelInfo {
  readonly id: string;
  /** Unix seconds. */
  readonly created?: number;
  readonly ownedBy: string;
  readonly displayName?: string;
  /** Tokens. */
  readonly contextLength?: number;
  /** Tokens of one answer. */
  readonly maxOutput?: number;
  readonly thinking?: ThinkingCapability;
}

/** A model with what its credential makes of it. */
export interface SourceModel {
  info: ModelInfo;
  /** Upstream ids to try in order, each possibly with a suffix of its own. */
  upstream: string[];
  /** What each of them can do about thinking; undefined = unknown. */
  thinking: (ThinkingCapability | undefined)[];
  /** Alias to write into answers; null = leave them as they are. */
  forced: string | null;
  /** May serve the image endpoints (codex.md 8.1). */
  images: boolean;
}

const TIERS: Readonly<Record<string, PlanTier>> = {
  free: 'free',
  plus: 'plus',
  pro: 'pro',
  team: 'team',
  business: 'team',
  go: 'team',
};

/** Models of one credential. `nowSeconds` is the `created` of models from the configuration. */
export function sourceModels(record: CredentialRecord, nowSeconds: number): SourceModel[] {
  const builtIn = BUILT_IN.get(record.provider);
  if (builtIn !== undefined && record.models.length === 0)
    return [...builtIn.values()].map(offered);
  if (record.provider !== 'codex') return configured(record, nowSeconds);
  // The sandbox is an upstream of its own: it makes no images.
  if (isSandbox(record)) return configured(record, nowSeconds);
  const direct = new Set(record.models.filter(({ image }) => image).map(({ alias }) => alias));
  const rows = CODEX_IMAGE_MODELS.filter(({ id }) => !direct.has(id));
  // Free accounts have no image tool: they list its models, but are never chosen for them.
  const images = rows.map((row) => ({ ...catalogued(row, 'pro'), images: !isFree(record) }));
  const taken = new Set(rows.map((row) => row.id));
  const own = record.models.length > 0 ? configured(record, nowSeconds) : planModels(record);
  return [...own.filter(({ info }) => !taken.has(info.id)), ...images];
}

function isFree({ plan }: CredentialRecord): boolean {
  return plan?.toLowerCase() === 'free';
}

function isSandbox({ source }: CredentialRecord): boolean {
  return source.kind === 'config' && source.section === 'sandbox';
}

function planModels(record: CredentialRecord): SourceModel[] {
  const plan = record.plan?.toLowerCase() ?? '';
  const known = Object.hasOwn(TIERS, plan) ? TIERS[plan] : undefined;
  const tier = record.kind === 'oauth' && known !== undefined ? known : 'pro';
  return CODEX_MODELS.filter((row) => row.tiers.includes(tier)).map((row) => catalogued(row, tier));
}

function catalogued(row: CatalogueRow, tier: PlanTier): SourceModel {
  const context = tier === 'pro' ? (row.proContext ?? row.context) : row.context;
  const info: ModelInfo = {
    id: row.id,
    created: row.created,
    ownedBy: 'openai',
    displayName: row.displayName,
    ...(context > 0 && { contextLength: context }),
    ...(row.output > 0 && { maxOutput: row.output }),
    ...(row.levels.length > 0 && { thinking: { levels: [...row.levels] } }),
  };
  return offered(info);
}

/** A built-in model, under its own name. */
function offered(info: ModelInfo): SourceModel {
  return { info, upstream: [info.id], thinking: [info.thinking], forced: null, images: false };
}

const GOOGLE = 'google';

function anthropic({ context, output, thinking = {}, ...names }: ClaudeModel): ModelInfo {
  return { ...names, ownedBy: 'anthropic', contextLength: context, maxOutput: output, thinking };
}

function google({ context, output, ...rest }: GoogleModel): ModelInfo {
  return { ...rest, ownedBy: GOOGLE, contextLength: context, maxOutput: output };
}

const byId = (models: readonly ModelInfo[]): ReadonlyMap<string, ModelInfo> =>
  new Map(models.map((info) => [info.id, info]));

/** Models of providers whose every account offers the same ones. */
const BUILT_IN: ReadonlyMap<string, ReadonlyMap<string, ModelInfo>> = new Map([
  ['claude', byId(CLAUDE_MODELS.map(anthropic))],
  ['gemini', byId(GEMINI_MODELS.map(google))],
  ['vertex', byId(VERTEX_MODELS.map(google))],
]);

/** What is known of the upstream model that an entry names. */
const builtInOf = ({ provider }: CredentialRecord, entry?: ModelEntry): ModelInfo | undefined =>
  BUILT_IN.get(provider)?.get(splitSuffix(entry?.name ?? '').base);

/** One model for each alias; entries that share an alias (in any case) are one pool (routing.md 3.8). */
function configured(record: CredentialRecord, nowSeconds: number): SourceModel[] {
  const byAlias = new Map<string, ModelEntry[]>();
  for (const entry of record.models) {
    const key = entry.alias.toLowerCase();
    byAlias.set(key, [...(byAlias.get(key) ?? []), entry]);
  }
  const ids = new Set(record.models.map((entry) => entry.alias));
  return [...ids].map((id) => {
    const pool = byAlias.get(id.toLowerCase()) ?? [];
    const upstream = [...new Set(pool.map((entry) => entry.name))];
    const thinking = upstream.map((name) =>
      thinkingOf(
        record,
        pool.filter((entry) => entry.name === name),
      ),
    );
    return {
      info: configuredInfo(record, id, pool, nowSeconds, thinking),
      upstream,
      thinking,
      forced: pool.some((entry) => entry.forceMapping) ? (pool[0]?.alias ?? id) : null,
      images: pool.some((entry) => entry.image),
    };
  });
}

function configuredInfo(
  record: CredentialRecord,
  id: string,
  pool: readonly ModelEntry[],
  nowSeconds: number,
  abilities: SourceModel['thinking'],
): ModelInfo {
  const displayName = pool.find((entry) => entry.displayName !== undefined)?.displayName;
  const known = builtInOf(record, pool[0]);
  const context =
    pool.find((entry) => entry.maxContextLength !== undefined)?.maxContextLength ??
    known?.contextLength;
  const maxOutput = known?.maxOutput;
  const thinking = abilities.find((ability) => ability !== undefined);
  return {
    id,
    created: nowSeconds,
    ownedBy: record.compatName ?? OWNERS[record.provider] ?? 'openai',
    ...(displayName !== undefined && { displayName }),
    ...(context !== undefined && { contextLength: context }),
    ...(maxOutput !== undefined && { maxOutput }),
    ...(thinking !== undefined && { thinking }),
  };
}

/** Who makes the models of a provider that is configured without a catalogue. */
const OWNERS: Readonly<Record<string, string>> = {
  claude: 'anthropic',
  gemini: GOOGLE,
  vertex: GOOGLE,
};

/** What the operator says of a model; else what is known of the built-in one of that name. */
function thinkingOf(
  record: CredentialRecord,
  entries: readonly ModelEntry[],
): ThinkingCapability | undefined {
  const told = entries.find(({ thinking }) => thinking !== undefined)?.thinking;
  return told === undefined ? builtInOf(record, entries[0])?.thinking : { ...told, exact: true };
}

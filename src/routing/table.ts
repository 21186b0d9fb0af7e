/**
 * The routing table: which client-visible model is served by which credentials, under which upstream
 * names (routing.md 1.3, 3). Plain data without secrets; it is built by the supervisor at every
 * reload and crosses to the fronts by structured clone, which keeps shared objects shared.
 */
import { offeredModels } from './offers.ts';
import { providerFor } from '../providers/index.ts';
import { splitSuffix } from './model-name.ts';
import type { AccountHandle, CredentialId } from '../ids.ts';
import type { Config } from '../config/types.ts';
import type { CredentialRecord, ThinkingCapability } from '../credentials/record.ts';
import type { ModelInfo, SourceModel } from './catalogue.ts';

/** Provider scope of a name that says nothing about providers (routing.md 5.4). */
export const MIXED = 'mixed';

/** A credential as far as routing knows it. */
export interface RoutedCredential {
  readonly id: CredentialId;
  readonly provider: string;
  readonly handle: AccountHandle;
  readonly label: string;
  readonly disabled: boolean;
  readonly priority: number;
  readonly weight: number;
  /** Further rounds; undefined = the global value (config.md 2.4). */
  readonly requestRetry: number | undefined;
  /** Its turns may use an upstream WebSocket (codex.md 2.1). */
  readonly websockets: boolean;
  /** Its upstream counts tokens (providers.md 2.1, 7.1). */
  readonly countsTokens: boolean;
  /** Plan of the account as its token says; undefined: unknown, or no account. */
  readonly plan: string | undefined;
}

/** One model at one credential. */
export interface Offer {
  readonly credential: RoutedCredential;
  /** Upstream ids without suffix, to be tried in order: the keys of its states. Never empty. */
  readonly upstream: readonly string[];
  /** Suffix that the configuration fixes, by upstream id; null = the request decides. */
  readonly suffixes: readonly (string | null)[];
  /** Alias to write into answers; null = none. */
  readonly forced: string | null;
  /** May serve the image endpoints. */
  readonly images: boolean;
  /** What each upstream model can do about thinking; null = unknown, so nothing is checked. */
  readonly capabilities: readonly (ThinkingCapability | null)[];
}

/** A model that clients can name. */
export interface RoutedModel {
  readonly info: ModelInfo;
  /** {@link MIXED}, or the provider that a `provider://model` name is limited to. */
  readonly scope: string;
  readonly offers: ReadonlyMap<CredentialId, Offer>;
  /** The same offers by priority, highest first; inside by credential id (byte order). */
  readonly tiers: readonly (readonly Offer[])[];
  /** By number of credentials, descending, then by name (routing.md 3.4). */
  readonly providers: readonly string[];
}

/** All that a front needs to route. */
export interface RoutingTable {
  /** Rises with every table. */
  readonly generation: number;
  readonly credentials: ReadonlyMap<CredentialId, RoutedCredential>;
  /** By client-visible id, and by `provider://id` for openai-compatibility providers. */
  readonly models: ReadonlyMap<string, RoutedModel>;
}

/** A model under construction: the last record wins (routing.md 1.3). */
interface Draft {
  info: ModelInfo;
  scope: string;
  offers: Offer[];
}

/** Builds the table. `records`: all credentials, those of the config file included. */
export function buildRoutingTable(
  config: Config,
  records: readonly CredentialRecord[],
  generation: number,
  nowSeconds: number,
): RoutingTable {
  const credentials = new Map<CredentialId, RoutedCredential>();
  const drafts = new Map<string, Draft>();
  for (const record of records) {
    const credential = routedCredential(record);
    credentials.set(record.id, credential);
    const models = offeredModels(record, config.routing.forceModelPrefix, nowSeconds);
    for (const model of models) {
      const offer = offerOf(credential, model);
      addOffer(drafts, model.info.id, MIXED, model.info, offer);
      if (record.compatName === undefined) continue;
      const scoped = `${record.compatName}://${model.info.id}`;
      addOffer(drafts, scoped, record.provider, model.info, offer);
    }
  }
  const models = new Map<string, RoutedModel>();
  for (const [name, draft] of drafts) models.set(name, routedModel(draft));
  return { generation, credentials, models };
}

function routedCredential(record: CredentialRecord): RoutedCredential {
  const { id, provider, handle, label, disabled, priority, weight, requestRetry, plan } = record;
  const websockets = record.websockets && provider === 'codex';
  const countsTokens = providerFor(record).countsTokens?.(record) ?? false;
  return {
    id,
    provider,
    handle,
    label,
    disabled,
    priority,
    weight,
    requestRetry,
    websockets,
    countsTokens,
    plan,
  };
}

function offerOf(credential: RoutedCredential, model: SourceModel): Offer {
  const parts = model.upstream.map(splitSuffix);
  return {
    credential,
    upstream: parts.map(({ base }, index) => base || (model.upstream[index] ?? '')),
    suffixes: parts.map(({ base, suffix }) => (base === '' ? null : suffix)),
    forced: model.forced,
    images: model.images,
    capabilities: model.thinking.map((ability) => ability ?? null),
  };
}

function addOffer(
  drafts: Map<string, Draft>,
  name: string,
  scope: string,
  info: ModelInfo,
  offer: Offer,
): void {
  const draft = drafts.get(name);
  if (draft === undefined) drafts.set(name, { info, scope, offers: [offer] });
  else {
    draft.info = info;
    draft.scope = scope;
    draft.offers.push(offer);
  }
}

function routedModel({ info, scope, offers }: Draft): RoutedModel {
  const sorted = [...offers].sort((one, other) => compareIds(one.credential, other.credential));
  const priorities = new Set(sorted.map((offer) => offer.credential.priority));
  const tiers = [...priorities]
    .sort((one, other) => other - one)
    .map((priority) => sorted.filter((offer) => offer.credential.priority === priority));
  return {
    info,
    scope,
    offers: new Map(sorted.map((offer) => [offer.credential.id, offer])),
    tiers,
    providers: providersOf(sorted),
  };
}

function providersOf(offers: readonly Offer[]): string[] {
  const counts = new Map<string, number>();
  for (const { credential } of offers) {
    counts.set(credential.provider, (counts.get(credential.provider) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([one, n], [other, m]) => m - n || compareText(one, other));
  return byCount.map(([provider]) => provider);
}

function compareIds(one: RoutedCredential, other: RoutedCredential): number {
  return Buffer.compare(Buffer.from(one.id), Buffer.from(other.id));
}

/** Order by code units: the same on every machine. */
export function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

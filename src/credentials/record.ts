/**
 * A credential as the supervisor and the fronts know it: everything except its tokens, which only
 * the owning actor reads (design 2, rule 1). Plain data: it crosses threads.
 */
import type { AccountHandle, CredentialId } from '../ids.ts';

/** A configured model (config.md 4.1). */
export interface ModelEntry {
  /** Upstream model id; may carry a thinking suffix. */
  name: string;
  /** Client-visible id; equals `name` when the entry has no alias. */
  alias: string;
  displayName?: string;
  maxContextLength?: number;
  forceMapping: boolean;
  image: boolean;
  isCompat: boolean;
  /** It reads text and no images. */
  textOnly?: boolean;
  thinking?: ThinkingCapability;
}

/** What a model can do about thinking (config.md 4.2). */
export interface ThinkingCapability {
  min?: number;
  max?: number;
  zeroAllowed?: boolean;
  dynamicAllowed?: boolean;
  levels?: string[];
  /** The operator said so for this key; absent: it is what is known of a built-in model. */
  exact?: true;
}

/** Alias of an OAuth/file credential's model (config.md 4.3). */
export interface ModelAlias {
  name: string;
  alias: string;
  fork: boolean;
  displayName?: string;
  forceMapping: boolean;
}

/** Rule for an error that concerns one request only (config.md 4.4, routing.md 7.4). */
export interface RequestScopedRule {
  status: number;
  match: string[];
  /** Regular expression sources. */
  matchRegex: string[];
  action: 'stop' | 'stop-and-cooldown' | 'continue' | 'continue-and-cooldown';
}

/** Where the secret lives. */
export type CredentialSource =
  | {
      kind: 'file';
      /** Absolute path. */ path: string;
      /** SHA-256 of the user's own fields. */ fingerprint: string;
    }
  | { kind: 'config'; /** e.g. `codex-api-key`. */ section: string; index: number; apiKey: string };

/** One credential (config.md 10.3, 11.1). */
export interface CredentialRecord {
  id: CredentialId;
  /** `codex`, `openai-compatible-<name>`, later `claude`, `gemini`, ... */
  provider: string;
  /** Spec's auth kind: decides headers, refresh, aliases. */
  kind: 'oauth' | 'apikey';
  handle: AccountHandle;
  label: string;
  email?: string;
  /** Codex plan type from the id token, e.g. `plus`. */
  plan?: string;
  disabled: boolean;
  prefix: string;
  priority: number;
  weight: number;
  /** `''` = inherit; `direct`/`none` = no proxy. */
  proxyUrl: string;
  /** Without trailing slash; `''` = the provider's default. */
  baseUrl: string;
  /** Extra upstream headers; a value `$Name` copies the client's header. */
  headers: Record<string, string>;
  /** Configured models (key entries). Empty = the provider's catalogue. */
  models: ModelEntry[];
  /** Wildcard patterns, lower case. For files: united with the global list of the provider. */
  excludedModels: string[];
  /** File aliases first, then the global ones of the channel (OAuth/file credentials only). */
  aliases: ModelAlias[];
  disableCooling?: boolean;
  requestRetry?: number;
  requestScopedErrors: RequestScopedRule[];
  websockets: boolean;
  /** claude: system messages amid a conversation go to the front (config.md 4.1). */
  movesSystem?: boolean;
  /** openai-compatibility: derive and send `prompt_cache_key`. */
  supportPromptCacheKey: boolean;
  /** Keep the caller's `prompt_cache_retention`; undefined = the provider's default (codex.md 4.7). */
  keepCacheRetention?: boolean;
  /** Fixed refresh period, seconds (config.md 12). */
  refreshIntervalSeconds?: number;
  /** OpenAI-compatibility provider name, for `provider://model`. */
  compatName?: string;
  source: CredentialSource;
}

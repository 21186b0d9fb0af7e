/**
 * Built-in models of Codex accounts as data (routing.md 1.2; thinking levels:
 * translate-gemini-thinking.md 15.10). Update this file when the upstream's list changes.
 */

/** Plan tiers of Codex accounts, as the catalogue tells them apart. */
export type PlanTier = 'free' | 'plus' | 'team' | 'pro';

/** One built-in model. */
export interface CatalogueRow {
  readonly id: string;
  readonly displayName: string;
  /** Unix seconds. */
  readonly created: number;
  /** Tokens of the context window; 0 = not known. */
  readonly context: number;
  /** The window of the `pro` tier where it differs. */
  readonly proContext?: number;
  /** Tokens of one answer; 0 = not known. */
  readonly output: number;
  readonly tiers: readonly PlanTier[];
  readonly levels: readonly string[];
}

const ALL: readonly PlanTier[] = ['free', 'plus', 'team', 'pro'];
const PAID: readonly PlanTier[] = ['plus', 'team', 'pro'];
const TO_XHIGH = ['low', 'medium', 'high', 'xhigh'];
const TO_MAX = [...TO_XHIGH, 'max'];

const GPT_5_6 = {
  created: 1_783_616_400,
  context: 372_000,
  proContext: 921_000,
  output: 128_000,
  levels: TO_MAX,
};

/** Text models. */
export const CODEX_MODELS: readonly CatalogueRow[] = [
  { id: 'gpt-5.6-sol', displayName: 'GPT 5.6 Sol', ...GPT_5_6, tiers: PAID },
  { id: 'gpt-5.6-terra', displayName: 'GPT 5.6 Terra', ...GPT_5_6, tiers: ALL },
  { id: 'gpt-5.6-luna', displayName: 'GPT 5.6 Luna', ...GPT_5_6, tiers: ALL },
  {
    id: 'gpt-5.5',
    displayName: 'GPT 5.5',
    created: 1_776_902_400,
    context: 272_000,
    output: 128_000,
    tiers: ALL,
    levels: TO_XHIGH,
  },
  {
    id: 'codex-auto-review',
    displayName: 'Codex Auto Review',
    created: 1_776_902_400,
    context: 272_000,
    output: 128_000,
    tiers: ALL,
    levels: TO_XHIGH,
  },
  {
    id: 'gpt-5.4-mini',
    displayName: 'GPT 5.4 Mini',
    created: 1_773_705_600,
    context: 400_000,
    output: 128_000,
    tiers: ALL,
    levels: TO_XHIGH,
  },
  {
    id: 'gpt-5.4',
    displayName: 'GPT 5.4',
    created: 1_772_668_800,
    context: 1_050_000,
    output: 128_000,
    tiers: PAID,
    levels: TO_XHIGH,
  },
  {
    id: 'gpt-5.3-codex-spark',
    displayName: 'GPT 5.3 Codex Spark',
    created: 1_770_912_000,
    context: 128_000,
    output: 128_000,
    tiers: ['plus', 'pro'],
    levels: TO_XHIGH,
  },
];

const IMAGE = { created: 1_704_067_200, context: 0, output: 0, tiers: ALL, levels: [] };

/** Image models: every Codex credential has them, whatever it is configured with. */
export const CODEX_IMAGE_MODELS: readonly CatalogueRow[] = [
  { id: 'gpt-image-1.5', displayName: 'GPT Image 1.5', ...IMAGE },
  { id: 'gpt-image-2', displayName: 'GPT Image 2', ...IMAGE },
];

/**
 * Writes an amount of thinking the way Gemini takes it (translate-gemini-thinking.md 15.5 to 15.9):
 * models with levels take a word, the others a number of tokens. Whether thoughts are shown is a
 * member of its own, which says nothing while thinking is off.
 */
import type { ThinkingCapability } from '../credentials/record.ts';
import {
  budgetConfig,
  configOfEffort,
  configOfSuffix,
  isOff,
  levelConfig,
  type ThinkingConfig,
  type ThinkingWish,
} from './config.ts';
import { budgetOfLevel } from './tables.ts';
import { canThink, validateThinking, type ThinkingFormat } from './validate.ts';

/** What is known about thinking in one request. */
export interface GeminiThinkingInput extends ThinkingWish {
  from: ThinkingFormat;
  /** Value of the model suffix; it hides the body's own, even when it is unusable (15.1). */
  suffix: string | undefined;
  /** May the client see the thoughts? Undefined: it did not say. */
  visible?: boolean | undefined;
  /** Undefined: the model's abilities are unknown, so nothing is checked. */
  capability: ThinkingCapability | undefined;
}

/** Value of `generationConfig.thinkingConfig`; absent members are to be absent in the body. */
export type GeminiThinkingConfig =
  | { thinkingLevel: string; includeThoughts?: boolean }
  | { thinkingBudget: number; includeThoughts?: boolean }
  | { includeThoughts: boolean };

/** What to write; no config: the member is to be absent. */
export interface GeminiThinking {
  config?: GeminiThinkingConfig;
}

/**
 * Decides `thinkingConfig`; the suffix beats the body.
 * @throws SwitchyardError `invalid_request` for an amount the model does not offer.
 */
export function applyToGemini(input: GeminiThinkingInput): GeminiThinking {
  const { capability, visible } = input;
  if (capability !== undefined && !canThink(capability)) return {};
  const config = configOf(input);
  const checked = config === undefined ? undefined : inAbility(config, input);
  const amount = checked === undefined ? rawAmount(input) : amountOf(checked, capability);
  const isSilent = checked !== undefined && isOff(checked);
  const shown = visible === undefined || isSilent ? {} : { includeThoughts: visible };
  if (amount !== undefined) return { config: { ...amount, ...shown } };
  return shown.includeThoughts === undefined
    ? {}
    : { config: { includeThoughts: shown.includeThoughts } };
}

type Amount = { thinkingLevel: string } | { thinkingBudget: number };

function configOf(input: GeminiThinkingInput): ThinkingConfig | undefined {
  const { suffix, effort, budgetTokens } = input;
  if (suffix !== undefined) return configOfSuffix(suffix);
  if (input.unsaid === true) return effort === undefined ? undefined : unsaidAmount(input);
  if (effort !== undefined) return effort === 'auto' ? budgetConfig(-1) : configOfEffort(effort);
  return budgetTokens === undefined ? undefined : budgetConfig(budgetTokens);
}

/** Adaptive thinking of a Claude client that names no effort: as much as the model can do (6.1). */
function unsaidAmount({ capability }: GeminiThinkingInput): ThinkingConfig {
  const { max = 0 } = capability ?? {};
  return max > 0 ? budgetConfig(max) : levelConfig('high');
}

/** Models whose abilities are unknown take known words as tokens, and all else as it is (15.6). */
function inAbility(
  config: ThinkingConfig,
  { capability, from, suffix }: GeminiThinkingInput,
): ThinkingConfig {
  if (capability !== undefined) {
    const fromSuffix = suffix !== undefined;
    return validateThinking(config, capability, { from, to: 'gemini', fromSuffix });
  }
  const tokens = config.mode === 'level' ? budgetOfLevel(config.level) : undefined;
  return tokens === undefined ? config : budgetConfig(tokens);
}

function amountOf(
  config: ThinkingConfig,
  capability: ThinkingCapability | undefined,
): Amount | undefined {
  if (config.mode === 'level') return { thinkingLevel: config.level };
  if (config.mode !== 'none') return { thinkingBudget: config.budget };
  if ((capability?.levels ?? []).length === 0) return { thinkingBudget: config.budget };
  return config.level === '' ? undefined : { thinkingLevel: config.level };
}

/** A suffix that says nothing leaves the body's own words, unchecked (15.1). */
function rawAmount(input: GeminiThinkingInput): Amount | undefined {
  const { effort, budgetTokens, unsaid } = input;
  if (unsaid === true) {
    return effort === undefined ? undefined : amountOf(unsaidAmount(input), input.capability);
  }
  if (effort === 'auto') return { thinkingBudget: -1 };
  if (effort !== undefined) return { thinkingLevel: effort };
  return budgetTokens === undefined ? undefined : { thinkingBudget: budgetTokens };
}

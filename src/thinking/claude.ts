/**
 * Writes an amount of thinking the way Anthropic takes it (translate-gemini-thinking.md 15.5 to 15.9,
 * translate-openai-claude.md 3.4, 3.5): models with levels think adaptively with an effort, others
 * with a budget that has to stay below `max_tokens`.
 */
import type { ThinkingCapability } from '../credentials/record.ts';
import {
  budgetConfig,
  configOfEffort,
  configOfSuffix,
  levelConfig,
  type ThinkingConfig,
  type ThinkingWish,
} from './config.ts';
import { budgetOfLevel, levelOfBudget, listedLevel } from './tables.ts';
import { canThink, validateThinking, type ThinkingFormat } from './validate.ts';

/** What is known about thinking in one request. */
export interface ClaudeThinkingInput extends ThinkingWish {
  from: ThinkingFormat;
  /** Value of the model suffix; it beats the body's own. */
  suffix: string | undefined;
  /** May the client see the reasoning? Undefined: it did not say. */
  visible?: boolean | undefined;
  /** Undefined: the model's abilities are unknown, so nothing is checked. */
  capability: ThinkingCapability | undefined;
  /** Tokens of the whole answer, reasoning included. */
  maxTokens: number | undefined;
}

/** Value of `thinking`. */
export interface ThinkingBlock {
  type: 'enabled' | 'adaptive' | 'disabled';
  /** Absent beside `enabled`: the model decides. */
  budget_tokens?: number;
  display?: 'summarized' | 'omitted';
}

/** What to write; absent members are to be absent in the body. */
export interface ClaudeThinking {
  thinking?: ThinkingBlock;
  /** Value of `output_config.effort`. */
  effort?: string;
}

/** Smallest budget of every model that takes one. */
const MIN_BUDGET = 1024;

/**
 * Decides `thinking` and `output_config.effort` for an Anthropic upstream.
 * @throws SwitchyardError `invalid_request` for an amount the model does not offer.
 */
export function applyToClaude(input: ClaudeThinkingInput): ClaudeThinking {
  const { capability, visible } = input;
  if (capability !== undefined && !canThink(capability)) return {};
  const config = configOf(input);
  const amount = config === undefined ? shownAnyway(input) : written(checked(config, input), input);
  const { thinking } = amount;
  if (thinking === undefined || thinking.type === 'disabled' || visible === undefined)
    return amount;
  return { ...amount, thinking: { ...thinking, display: visible ? 'summarized' : 'omitted' } };
}

function configOf(input: ClaudeThinkingInput): ThinkingConfig | undefined {
  const ofSuffix = input.suffix === undefined ? undefined : configOfSuffix(input.suffix);
  return ofSuffix ?? (input.from === 'claude' ? ownConfig(input) : foreignConfig(input));
}

/** What a Claude client says is meant for Anthropic, and is checked as it is. */
function ownConfig({ effort, budgetTokens }: ClaudeThinkingInput): ThinkingConfig | undefined {
  if (effort !== undefined) return configOfEffort(effort);
  return budgetTokens === undefined ? undefined : budgetConfig(budgetTokens);
}

/** What others say, in the form the model takes: a level where it has some, else tokens. */
function foreignConfig(input: ClaudeThinkingInput): ThinkingConfig | undefined {
  const { from, effort, budgetTokens } = input;
  const levels = input.capability?.levels ?? [];
  const word = effort?.trim().toLowerCase() || undefined;
  if (levels.length === 0) {
    const tokens = word === undefined ? budgetTokens : budgetOfLevel(word);
    return tokens === undefined ? undefined : budgetConfig(tokens);
  }
  const asked = word ?? (budgetTokens === undefined ? undefined : levelOfBudget(budgetTokens));
  if (asked === undefined) return undefined;
  if (asked === 'none') return configOfEffort(asked);
  // Gemini clients that leave it to the model get a lot of thinking (8.1), others what it likes.
  if (asked === 'auto') return from === 'gemini' ? levelConfig('high') : budgetConfig(-1);
  return levelConfig(effortOf(asked, levels));
}

/** The words of Anthropic's own scale, which has neither `minimal` nor everywhere `xhigh` (3.4). */
function effortOf(word: string, levels: readonly string[]): string {
  if (listedLevel(word, levels) !== undefined) return word;
  if (word === 'minimal') return 'low';
  if (word !== 'xhigh' && word !== 'max') return word;
  return listedLevel('max', levels) === undefined ? 'high' : 'max';
}

/** Models with levels decide for themselves, whatever the registry calls dynamic. */
function checked(config: ThinkingConfig, input: ClaudeThinkingInput): ThinkingConfig {
  const { capability, from, suffix } = input;
  if (capability === undefined) return config;
  if (config.mode === 'auto' && hasLevels(capability)) return config;
  return validateThinking(config, capability, {
    from,
    to: 'claude',
    fromSuffix: suffix !== undefined,
  });
}

function written(config: ThinkingConfig, input: ClaudeThinkingInput): ClaudeThinking {
  switch (config.mode) {
    case 'none':
      return { thinking: { type: 'disabled' } };
    case 'auto':
      return { thinking: { type: hasLevels(input.capability ?? {}) ? 'adaptive' : 'enabled' } };
    case 'level':
      return { thinking: { type: 'adaptive' }, effort: config.level };
    case 'budget': {
      const budget = below(config.budget, input);
      if (budget === undefined) return { thinking: { type: 'disabled' } };
      return { thinking: { type: 'enabled', budget_tokens: budget } };
    }
  }
}

/**
 * The budget below the limit of the answer. Undefined: a short answer has no room for any, and the
 * request would be refused. What a Claude client itself says is left to Anthropic.
 */
function below(budget: number, input: ClaudeThinkingInput): number | undefined {
  const { capability, maxTokens, from, suffix } = input;
  if (maxTokens === undefined || budget < maxTokens) return budget;
  const most = maxTokens - 1;
  if (most >= (capability?.min ?? MIN_BUDGET)) return most;
  return from === 'claude' && suffix === undefined ? budget : undefined;
}

/** A client that only asks to see reasoning gets some (3.5). */
function shownAnyway({ capability, visible, maxTokens }: ClaudeThinkingInput): ClaudeThinking {
  if (visible !== true || capability === undefined) return {};
  if (hasLevels(capability)) return { thinking: { type: 'adaptive' } };
  const min = capability.min ?? MIN_BUDGET;
  if (maxTokens !== undefined && maxTokens <= min) return {};
  return { thinking: { type: 'enabled', budget_tokens: min } };
}

const hasLevels = ({ levels = [] }: ThinkingCapability): boolean => levels.length > 0;

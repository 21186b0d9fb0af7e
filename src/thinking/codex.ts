/**
 * Writes an amount of thinking the way OpenAI's formats take it: one word, which is
 * `reasoning.effort` for Codex and Responses, `reasoning_effort` for chat
 * (translate-gemini-thinking.md 15.5, 15.6, 15.9; codex.md 1.5). Whether a summary is shown is
 * decided elsewhere; this only tells when thinking is off.
 */
import type { ThinkingCapability } from '../credentials/record.ts';
import {
  configOfEffort,
  configOfSuffix,
  isOff,
  type ThinkingConfig,
  type ThinkingWish,
} from './config.ts';
import { levelOfBudget, listedLevel, nearestLevel } from './tables.ts';
import { canThink, validateThinking, type ThinkingFormat } from './validate.ts';

/** What is known about thinking in one request. */
export interface CodexThinkingInput extends ThinkingWish {
  from: ThinkingFormat;
  to: 'codex' | 'openai';
  /** Value of the model suffix; it hides the body's own, even when it is unusable (15.1). */
  suffix: string | undefined;
  /** Undefined: the model's abilities are unknown, so nothing is checked. */
  capability: ThinkingCapability | undefined;
}

/** What to write. */
export interface CodexThinking {
  /** The word to write; undefined: the body's own stays. */
  effort: string | undefined;
  /** Thinking is off: no summary may be asked for. */
  off: boolean;
  /** The model does not think: remove the whole `reasoning` object. */
  strip: boolean;
}

/**
 * Decides the effort for an upstream of OpenAI's formats; the suffix beats the body.
 * @throws SwitchyardError `invalid_request` for an amount the model does not offer.
 */
export function applyToCodex(input: CodexThinkingInput): CodexThinking {
  const { capability, suffix, from, to } = input;
  if (capability !== undefined && !canThink(capability)) {
    return { effort: undefined, off: true, strip: true };
  }
  const config = configOf(input);
  if (config === undefined) return { effort: undefined, off: false, strip: false };
  if (capability === undefined) return written(config, unchecked(config));
  const checked = validateThinking(config, capability, {
    from,
    to,
    fromSuffix: suffix !== undefined,
  });
  return written(checked, effortOf(checked, capability));
}

/** Effort for a request that asks for none: `medium`, or the level nearest to it. */
export function defaultCodexEffort(capability: ThinkingCapability | undefined): string {
  const levels = capability?.levels ?? [];
  return levels.length === 0 ? 'medium' : nearestLevel('medium', levels);
}

/**
 * The word for what a body asks, unchecked: other formats' budgets by the table. Undefined: nothing,
 * or no amount at all.
 */
export function effortWord({ effort, budgetTokens }: ThinkingWish): string | undefined {
  return effort ?? (budgetTokens === undefined ? undefined : levelOfBudget(budgetTokens));
}

function configOf(input: CodexThinkingInput): ThinkingConfig | undefined {
  if (input.suffix !== undefined) return configOfSuffix(input.suffix);
  const word = effortWord(input);
  return word === undefined ? undefined : configOfEffort(word);
}

function written(config: ThinkingConfig, effort: string | undefined): CodexThinking {
  return { effort, off: isOff(config), strip: false };
}

/** Models whose abilities are unknown take the word as it is (15.6). */
function unchecked(config: ThinkingConfig): string | undefined {
  if (config.mode === 'level') return config.level;
  return config.mode === 'budget' ? levelOfBudget(config.budget) : config.mode;
}

/** Known models: budgets and `auto` have no word, so the body stays as it is (15.9). */
function effortOf(config: ThinkingConfig, capability: ThinkingCapability): string | undefined {
  if (config.mode === 'level') return config.level;
  if (config.mode !== 'none') return undefined;
  const levels = capability.levels ?? [];
  const canStop = capability.zeroAllowed === true || listedLevel('none', levels) !== undefined;
  if (config.budget === 0 && canStop) return 'none';
  return config.level === '' ? levels[0] : config.level;
}

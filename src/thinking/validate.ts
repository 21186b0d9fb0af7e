/**
 * Checks an amount of thinking against what a model can do (translate-gemini-thinking.md 15.7).
 * Within one family of formats a wrong value is the client's error; across families it is moved to
 * the nearest value the model has. Models without known abilities never come here.
 */
import { SwitchyardError } from '../errors.ts';
import type { ThinkingCapability } from '../credentials/record.ts';
import { budgetConfig, configOfEffort, levelConfig, type ThinkingConfig } from './config.ts';
import { budgetOfLevel, levelOfBudget, listedLevel, nearestLevel } from './tables.ts';

/** Formats that can carry an amount of thinking. */
export type ThinkingFormat = 'openai' | 'openai-response' | 'codex' | 'claude' | 'gemini';

/** Where a config came from and where it goes. */
export interface ValidationContext {
  from: ThinkingFormat;
  to: ThinkingFormat;
  /** It came from the model suffix, not from the body. */
  fromSuffix: boolean;
}

/** The capability with its gaps filled. */
interface Ability {
  min: number;
  max: number;
  zero: boolean;
  dynamic: boolean;
  levels: readonly string[];
  hasRange: boolean;
}

/** Can this model think at all? A capability without range and levels says no (15.4). */
export function canThink(capability: ThinkingCapability): boolean {
  const { hasRange, levels } = abilityOf(capability);
  return hasRange || levels.length > 0;
}

/**
 * The config that may be written upstream.
 * @throws SwitchyardError `invalid_request` for an amount the model does not offer.
 */
export function validateThinking(
  config: ThinkingConfig,
  capability: ThinkingCapability,
  context: ValidationContext,
): ThinkingConfig {
  const ability = abilityOf(capability);
  const sameFamily = familyOf(context.from) === familyOf(context.to);
  const isExact = capability.exact === true && context.from !== context.to;
  const wanted = isExact ? instead(config, ability) : config;
  const translated = toModelForm(wanted, ability);
  const derived = config.mode === 'level' && translated.mode === 'budget';
  const listed = checkLevel(translated, ability, sameFamily);
  if (sameFamily && !context.fromSuffix && !derived) checkRange(listed, ability);
  const fixed = listed.mode === 'auto' && !ability.dynamic ? insteadOfAuto(ability) : listed;
  if (fixed.mode === 'level') return fixed;
  if (fixed.mode === 'none' && context.to === 'claude') return budgetConfig(0);
  return withFallback({ ...fixed, budget: clampBudget(fixed.budget, ability) }, ability);
}

function abilityOf(capability: ThinkingCapability): Ability {
  const min = capability.min ?? 0;
  const max = capability.max ?? 0;
  return {
    min,
    max,
    zero: capability.zeroAllowed === true,
    dynamic: capability.dynamicAllowed === true,
    levels: capability.levels ?? [],
    hasRange: min > 0 || max > 0,
  };
}

function familyOf(format: ThinkingFormat): string {
  return format === 'claude' || format === 'gemini' ? format : 'openai';
}

/** What stands for the highest levels at models that the operator described (15.5, step 6). */
const INSTEAD: Readonly<Record<string, readonly string[]>> = {
  xhigh: ['xhigh', 'max', 'high'],
  max: ['max', 'xhigh', 'high'],
};

function instead(config: ThinkingConfig, { levels }: Ability): ThinkingConfig {
  if (config.mode !== 'level') return config;
  const found = INSTEAD[config.level.toLowerCase()]?.find((word) => listedLevel(word, levels));
  return found === undefined ? config : levelConfig(found);
}

/** Rules 2 to 4: a level for level models, a budget for budget models, words for off and auto. */
function toModelForm(config: ThinkingConfig, ability: Ability): ThinkingConfig {
  const { mode, level, budget } = config;
  const word = level.toLowerCase();
  if (mode === 'level' && word === 'auto') return budgetConfig(-1);
  if (mode === 'level' && ability.levels.length === 0) {
    const tokens = budgetOfLevel(level);
    if (tokens === undefined) throw unknownLevel(level);
    return budgetConfig(tokens);
  }
  if (mode === 'level') return word === 'none' ? configOfEffort('none') : config;
  if (mode !== 'budget' || ability.hasRange) return config;
  const byTable = levelOfBudget(budget);
  if (byTable === undefined) throw unknownLevel(String(budget));
  return levelConfig(nearestLevel(byTable, ability.levels));
}

/** Rule 5. */
function checkLevel(config: ThinkingConfig, ability: Ability, strict: boolean): ThinkingConfig {
  if (config.mode !== 'level') return config;
  const known = listedLevel(config.level, ability.levels);
  if (known !== undefined) return levelConfig(known);
  if (!strict) return levelConfig(nearestLevel(config.level, ability.levels));
  throw invalid(
    `level "${config.level.toLowerCase()}" not supported, valid levels: ${ability.levels.join(', ')}`,
  );
}

/** Rule 6. */
function checkRange(config: ThinkingConfig, ability: Ability): void {
  const { min, max } = ability;
  if (config.mode !== 'budget' || !ability.hasRange) return;
  if (config.budget >= min && config.budget <= max) return;
  throw invalid(`budget ${String(config.budget)} out of range [${String(min)},${String(max)}]`);
}

/** Rule 7. */
function insteadOfAuto(ability: Ability): ThinkingConfig {
  if (!ability.hasRange) return levelConfig(nearestLevel('medium', ability.levels));
  const middle = Math.floor((ability.min + ability.max) / 2);
  if (middle > 0) return budgetConfig(middle);
  return budgetConfig(ability.zero ? 0 : ability.min);
}

/** Rule 9. */
function clampBudget(budget: number, ability: Ability): number {
  if (budget === -1 || !ability.hasRange) return budget;
  if (budget === 0) return ability.zero ? 0 : ability.min;
  return Math.min(Math.max(budget, ability.min), ability.max);
}

/** Rule 10: a model that can not be switched off thinks as little as it can. */
function withFallback(config: ThinkingConfig, ability: Ability): ThinkingConfig {
  const lowest = ability.levels[0];
  if (config.mode !== 'none' || lowest === undefined) return config;
  const canStop = ability.zero || listedLevel('none', ability.levels) !== undefined;
  return config.budget > 0 || !canStop ? { ...config, level: lowest } : config;
}

const unknownLevel = (level: string): SwitchyardError => invalid(`unknown level: ${level}`);

const invalid = (message: string): SwitchyardError =>
  new SwitchyardError('invalid_request', { message });

/**
 * The amount of thinking a request asks for, independent of the wire format that said it
 * (translate-gemini-thinking.md 15.2), and the readers that make one from a suffix or an effort
 * word. Whether the model can do it is decided in `validate`.
 */
import { LEVELS } from './tables.ts';

/** Amount of thinking. After validation `none` may carry the lowest amount the model can do. */
export interface ThinkingConfig {
  readonly mode: 'none' | 'auto' | 'level' | 'budget';
  /** Tokens; 0 = off, -1 = the model decides. Meaningful in modes other than `level`. */
  readonly budget: number;
  /** Level word in modes `level` and (as a fallback) `none`; else `''`. */
  readonly level: string;
}

/** What a body says about the amount, unchecked. */
export interface ThinkingWish {
  /** Effort word; undefined if there is none. */
  effort?: string | undefined;
  /** Tokens: 0 = off, -1 = the model decides. The effort word beats it. */
  budgetTokens?: number | undefined;
  /** The body wants reasoning, but names no amount: the one given is what that usually means. */
  unsaid?: boolean | undefined;
}

const NONE: ThinkingConfig = { mode: 'none', budget: 0, level: '' };
const AUTO: ThinkingConfig = { mode: 'auto', budget: -1, level: '' };

/** Largest number a suffix may hold; a longer one is not a budget (15.1). */
const MAX_SUFFIX_BUDGET = 2n ** 63n - 1n;

/** A config that names a level. */
export const levelConfig = (level: string): ThinkingConfig => ({ mode: 'level', budget: 0, level });

/** A config that names a number of tokens: 0 = off, -1 = the model decides. */
export function budgetConfig(tokens: number): ThinkingConfig {
  if (tokens === 0) return NONE;
  return tokens === -1 ? AUTO : { mode: 'budget', budget: tokens, level: '' };
}

/**
 * Reads what stood between the parentheses of a model name (15.1).
 * Undefined: the text is no amount, which is not an error.
 */
export function configOfSuffix(raw: string): ThinkingConfig | undefined {
  const word = raw.toLowerCase();
  if (word === 'none') return NONE;
  if (word === 'auto' || word === '-1') return AUTO;
  if (LEVELS.includes(word)) return levelConfig(word);
  if (!/^\+?\d+$/.test(word)) return undefined;
  const tokens = BigInt(word.replace('+', ''));
  return tokens > MAX_SUFFIX_BUDGET ? undefined : budgetConfig(Number(tokens));
}

/** Reads an effort word of a body (15.5): `none` switches off, any other word is a level. */
export function configOfEffort(effort: string): ThinkingConfig {
  return effort === 'none' ? NONE : levelConfig(effort);
}

/** Is thinking off, with no fallback amount? */
export function isOff(config: ThinkingConfig): boolean {
  return config.mode === 'none' && config.budget === 0 && config.level === '';
}

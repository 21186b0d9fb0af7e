/** Levels, budgets and the way between them (translate-gemini-thinking.md 15.3, 15.7). */

/** Level words that stand for an amount, rising. */
export const LEVELS: readonly string[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

const BUDGETS: Readonly<Record<string, number>> = {
  none: 0,
  auto: -1,
  minimal: 512,
  low: 1024,
  medium: 8192,
  high: 24576,
  xhigh: 32768,
  max: 128000,
};

/** Tokens for a level word; undefined for an unknown word. */
export function budgetOfLevel(level: string): number | undefined {
  const word = level.toLowerCase();
  return Object.hasOwn(BUDGETS, word) ? BUDGETS[word] : undefined;
}

/** Level word for a number of tokens; never `max`; undefined below -1. */
export function levelOfBudget(tokens: number): string | undefined {
  if (tokens < -1) return undefined;
  if (tokens === -1) return 'auto';
  if (tokens === 0) return 'none';
  if (tokens <= 512) return 'minimal';
  if (tokens <= 1024) return 'low';
  if (tokens <= 8192) return 'medium';
  return tokens <= 24576 ? 'high' : 'xhigh';
}

/** The listed spelling of a level, compared without case; undefined if it is not listed. */
export function listedLevel(level: string, listed: readonly string[]): string | undefined {
  const word = level.toLowerCase();
  return listed.find((known) => known.toLowerCase() === word);
}

/**
 * The listed level that is nearest on the scale; a tie goes to the lower one. A word outside the
 * scale, or a list without any word of the scale, leaves the level as it is.
 */
export function nearestLevel(level: string, listed: readonly string[]): string {
  const wanted = LEVELS.indexOf(level.toLowerCase());
  if (wanted < 0) return level;
  let best = level;
  let bestDistance = Infinity;
  for (const [rank, word] of LEVELS.entries()) {
    const known = listedLevel(word, listed);
    const distance = Math.abs(rank - wanted);
    if (known === undefined || distance >= bestDistance) continue;
    best = known;
    bestDistance = distance;
  }
  return best;
}

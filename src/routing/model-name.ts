/** The parts of a model name: thinking suffix, and names that only make images (routing.md 3.2, 3.4). */

/** A name taken apart. */
export interface NameParts {
  /** The name without its suffix; the whole name when there is none. */
  base: string;
  /** Raw text between the parentheses, which may be empty; null without a suffix. */
  suffix: string | null;
}

/** Splits `name(value)`: the last `(`, up to a `)` that is the very last character. */
export function splitSuffix(name: string): NameParts {
  if (!name.endsWith(')')) return { base: name, suffix: null };
  const open = name.lastIndexOf('(');
  if (open < 0) return { base: name, suffix: null };
  return { base: name.slice(0, open), suffix: name.slice(open + 1, -1) };
}

/** A name with a suffix put back. */
export function withSuffix(base: string, suffix: string | null): string {
  return suffix === null ? base : `${base}(${suffix})`;
}

/** Under this name states, cursors and bindings are kept; a name that is all suffix stays whole. */
export function canonicalModel(name: string): string {
  const base = splitSuffix(name).base.trim();
  return base === '' ? name.trim() : base;
}

const IMAGE_MODELS: ReadonlySet<string> = new Set([
  'gpt-image-1.5',
  'gpt-image-2',
  'grok-imagine-image',
  'grok-imagine-image-quality',
  'grok-imagine-image-2.0',
]);

/**
 * The bare name of a model that text endpoints can not serve: what follows the last `/`, any case;
 * undefined for every other model.
 */
export function imageOnlyModel(base: string): string | undefined {
  const bare = base.slice(base.lastIndexOf('/') + 1);
  return IMAGE_MODELS.has(bare.toLowerCase()) ? bare : undefined;
}

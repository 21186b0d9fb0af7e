/** Tool names that chat models misspell, back to the client's spelling (translate-openai-claude.md 3.6). */
import type { Tool } from '../../canonical/request.ts';
import { textOf } from '../../canonical/value.ts';

/** Finds the declared spelling; `declaredTools` is called at most once, for the first call. */
export function nameSpelling(declaredTools: () => readonly Tool[]): (name: string) => string {
  let spellings: Spellings | undefined;
  return (name) => {
    spellings ??= spellingsOf(declaredTools());
    return spellings.exact.has(name) ? name : (spellings.folded.get(foldedName(name)) ?? name);
  };
}

/** A name that is right already stays, however alike others are. */
interface Spellings {
  exact: ReadonlySet<string>;
  folded: ReadonlyMap<string, string>;
}

function spellingsOf(tools: readonly Tool[]): Spellings {
  const exact = new Set<string>();
  const folded = new Map<string, string>();
  for (const tool of tools) {
    const name = tool.type === 'builtin' ? textOf(tool.definition.name) : tool.name;
    exact.add(name);
    if (!folded.has(foldedName(name))) folded.set(foldedName(name), name);
  }
  return { exact, folded };
}

/** What models get wrong: case, leading underscores, white space. */
const foldedName = (name: string): string => name.trim().replace(/^_+/, '').toLowerCase();

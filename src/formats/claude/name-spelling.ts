/** Tool names that chat models misspell, back to the client's spelling (translate-openai-claude.md 3.6). */
import type { Tool } from '../../canonical/request.ts';
import { textOf } from '../../canonical/value.ts';

/** Finds the declared spelling; `declaredTools` is called at most once, for the first call. */
export function nameSpelling(declaredTools: () => readonly Tool[]): (name: string) => string {
  let spellings: Map<string, string> | undefined;
  return (name) => {
    spellings ??= spellingsOf(declaredTools());
    return spellings.get(foldedName(name)) ?? name;
  };
}

function spellingsOf(tools: readonly Tool[]): Map<string, string> {
  const spellings = new Map<string, string>();
  for (const tool of tools) {
    const name = tool.type === 'builtin' ? textOf(tool.definition.name) : tool.name;
    const folded = foldedName(name);
    if (!spellings.has(folded)) spellings.set(folded, name);
  }
  return spellings;
}

/** What models get wrong: case, leading underscores, white space. */
const foldedName = (name: string): string => name.trim().replace(/^_+/, '').toLowerCase();

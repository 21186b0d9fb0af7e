/** Flat names for tools that live in a namespace (translate-openai-claude.md 8.4, 9.2). */

const SEPARATOR = '__';

/** One name for a tool and its namespace; a name that tells its namespace already stays alone. */
export function qualifiedName(name: string, namespace: string | undefined): string {
  if (namespace === undefined || namespace === '') return name;
  if (name.startsWith('mcp__') || name.startsWith(namespace)) return name;
  return namespace.endsWith(SEPARATOR) ? namespace + name : namespace + SEPARATOR + name;
}

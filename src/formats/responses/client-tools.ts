/** Flat tool names of a chat upstream → the tools a Responses client declared (8.4, 9.2). */
import type { Tool } from '../../canonical/request.ts';
import type { ToolKind } from '../../canonical/parts.ts';
import { qualifiedName } from '../chat/qualified-name.ts';

/** A tool as the client knows it. */
export interface ClientTool {
  kind: ToolKind;
  name: string;
  namespace?: string;
}

/** Looks names up; `declaredTools` is called at most once, because it parses the whole request. */
export function clientTools(declaredTools: () => readonly Tool[]): (name: string) => ClientTool {
  let known: Map<string, ClientTool> | undefined;
  return (name) => {
    known ??= byQualifiedName(declaredTools());
    return known.get(name) ?? soleCustom(name, known) ?? { kind: 'function', name };
  };
}

function byQualifiedName(tools: readonly Tool[]): Map<string, ClientTool> {
  const known = new Map<string, ClientTool>();
  for (const tool of tools) {
    if (tool.type === 'builtin') continue;
    const { type: kind, name, namespace } = tool;
    const qualified = qualifiedName(name, namespace);
    if (!known.has(qualified)) known.set(qualified, { kind, name, namespace });
  }
  return known;
}

/** A call without a name can only mean the one custom tool there is. */
function soleCustom(name: string, known: Map<string, ClientTool>): ClientTool | undefined {
  const [only] = known.values();
  return name === '' && known.size === 1 && only?.kind === 'custom' ? only : undefined;
}

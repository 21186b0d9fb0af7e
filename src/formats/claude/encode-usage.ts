/** Usage in Claude's form: the input without what came from the cache (translate-openai-claude.md 3.3). */
import type { CanonicalUsage } from '../../canonical/events.ts';
import type { JsonObject } from '../../canonical/value.ts';

/** Value of `usage`. */
export function encodeClaudeUsage(usage: CanonicalUsage | undefined): JsonObject {
  const cached = usage?.cachedInput ?? 0;
  const searches = usage?.webSearches ?? 0;
  return {
    input_tokens: Math.max(0, (usage?.input ?? 0) - cached),
    output_tokens: usage?.output ?? 0,
    cache_read_input_tokens: cached > 0 ? cached : undefined,
    server_tool_use: searches > 0 ? { web_search_requests: searches } : undefined,
  };
}

/**
 * What Codex gets from clients of other families beside the common translation: Claude
 * (translate-openai-claude.md 6.1, 6.3) and Gemini (translate-gemini-thinking.md 9.1).
 */
import type { CanonicalRequest, Tool } from '../../canonical/request.ts';
import type { JsonObject } from '../../canonical/value.ts';

/** Words for the faster tier; Codex knows one, and no other tier. */
const FAST_TIERS: readonly (string | undefined)[] = ['priority', 'fast'];

/** Changes a body that was encoded for such a client. */
export function applyForeignRules(body: JsonObject, { options, tools }: CanonicalRequest): void {
  body.parallel_tool_calls = options.parallelToolCalls ?? true;
  if (FAST_TIERS.includes(options.serviceTier?.toLowerCase())) body.service_tier = 'priority';
  if (tools.length === 0) body.tool_choice = undefined;
  else body.tool_choice ??= 'auto';
}

/** Their tools are never strict, which Responses would be without a word. */
export const looseTool = (tool: Tool): Tool =>
  tool.type === 'function' ? { ...tool, strict: false } : tool;

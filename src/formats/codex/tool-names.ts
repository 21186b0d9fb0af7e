/**
 * Tool names for Codex, which takes 64 bytes (translate-openai-claude.md 3.6). The map depends on
 * the declared names alone: it is never stored, but built again from the client's body when an
 * answer has to name a tool as the client knows it.
 */
import type { Tool } from '../../canonical/request.ts';

/** Limit of Codex, bytes of UTF-8. */
export const MAX_TOOL_NAME_BYTES = 64;

const MCP = 'mcp__';

/** Name changes of one request; the same tools give the same map. */
export interface ToolNames {
  /** Name for the upstream; one that was not declared is shortened alone. */
  short(name: string): string;
  /** Is the name declared as a custom tool, and not as a function too? */
  isCustomOnly(name: string): boolean;
}

/** Builds the map from the declared tools, in their order. */
export function toolNames(tools: readonly Tool[]): ToolNames {
  const shortened = shortNames(tools);
  const custom = new Set<string>();
  for (const tool of tools) if (tool.type === 'custom') custom.add(tool.name);
  for (const tool of tools) if (tool.type === 'function') custom.delete(tool.name);
  return {
    short: (name) => shortened.get(name) ?? candidateOf(name),
    isCustomOnly: (name) => custom.has(name),
  };
}

/** Upstream name → client name, of the declared tools. */
export function originalNames(tools: readonly Tool[]): Map<string, string> {
  const originals = new Map<string, string>();
  for (const [name, short] of shortNames(tools)) originals.set(short, name);
  return originals;
}

/**
 * Could this upstream name stand for another one? Cheap test that spares building the map: a
 * changed name is cut to the limit, begins with `mcp__`, or ends in a number.
 */
export function mayBeShortened(name: string): boolean {
  return name.startsWith(MCP) || byteLength(name) > MAX_TOOL_NAME_BYTES - 4 || /_\d+$/.test(name);
}

function shortNames(tools: readonly Tool[]): Map<string, string> {
  const shortened = new Map<string, string>();
  const taken = new Set<string>();
  for (const tool of tools) {
    if (tool.type === 'builtin' || shortened.has(tool.name)) continue;
    const short = unique(candidateOf(tool.name), taken);
    taken.add(short);
    shortened.set(tool.name, short);
  }
  return shortened;
}

function candidateOf(name: string): string {
  if (byteLength(name) <= MAX_TOOL_NAME_BYTES) return name;
  if (!name.startsWith(MCP)) return cut(name, MAX_TOOL_NAME_BYTES);
  return cut(MCP + name.slice(name.lastIndexOf('__') + 2), MAX_TOOL_NAME_BYTES);
}

function unique(candidate: string, taken: ReadonlySet<string>): string {
  let name = candidate;
  for (let count = 1; taken.has(name); count += 1) {
    const suffix = `_${String(count)}`;
    name = cut(candidate, MAX_TOOL_NAME_BYTES - suffix.length) + suffix;
  }
  return name;
}

/** The first `limit` bytes, without splitting a character. */
function cut(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  // A byte 10xxxxxx continues a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

const byteLength = (text: string): number => Buffer.byteLength(text);

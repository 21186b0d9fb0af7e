/** Which headers of an upstream answer may reach the client (routing.md 10). */

/** Hop-by-hop (RFC 9110, 7.6.1), cookies, and what names the upstream's own host or our accounts. */
const DROPPED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'set-cookie',
  'set-cookie2',
  'alt-svc',
  'strict-transport-security',
  'x-cpa-trace-id',
]);

/** `content-*` describes bytes that were decoded or translated on the way. */
const DROPPED_PREFIXES = ['access-control-', 'content-', 'x-switchyard-'];

/**
 * The pairs that may be passed on, in order, repeated ones included. `taken`: flat pairs that the
 * answer has already, which are never overwritten.
 */
export function filterUpstreamHeaders(
  flat: readonly string[],
  taken: readonly string[] = [],
): string[] {
  if (flat.length === 0) return [];
  const dropped = namesIn(taken);
  for (const [name, value] of pairsOf(flat)) {
    if (name.toLowerCase() !== 'connection') continue;
    for (const listed of value.split(',')) dropped.add(listed.trim().toLowerCase());
  }
  const kept: string[] = [];
  for (const [name, value] of pairsOf(flat)) {
    const lower = name.toLowerCase();
    if (DROPPED.has(lower) || dropped.has(lower)) continue;
    if (!DROPPED_PREFIXES.some((prefix) => lower.startsWith(prefix))) kept.push(name, value);
  }
  return kept;
}

function namesIn(flat: readonly string[]): Set<string> {
  return new Set(pairsOf(flat).map(([name]) => name.toLowerCase()));
}

function pairsOf(flat: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    pairs.push([flat[index] as string, flat[index + 1] as string]);
  }
  return pairs;
}

/**
 * Function names that Google takes, and back (translate-gemini-thinking.md 2.3). Names that would
 * become the same are told apart by a hash, for every client: the reference does so for some only,
 * and shows the changed name to chat clients.
 */
import { hash } from 'node:crypto';
import type { Tool } from '../../canonical/request.ts';
import { qualifiedName } from '../chat/qualified-name.ts';

/** Longest name, characters. */
export const MAX_NAME = 64;

/** What is left of a name before `_` and twelve digits. */
const KEPT = 51;
const HASH_DIGITS = 12;

/** The name alone, without regard to others; `''` stays. */
export function sanitiseName(name: string): string {
  const clean = name.replaceAll(/[^A-Za-z0-9_.:-]/gu, '_');
  if (clean === '' || /^[A-Za-z_]/.test(clean)) return clean.slice(0, MAX_NAME);
  return `_${clean.slice(0, MAX_NAME - 1)}`;
}

/** The name map of one request; the same tools give the same map. */
export interface ToolNames {
  /** Name for the upstream; one that was not declared is sanitised alone. */
  upstream(name: string): string;
  /** Name the client declared, in its own spelling; an unknown one stays. */
  client(name: string): string;
}

/**
 * Builds the map; the order of declaration does not matter. `sanitise`: what the upstream takes, of
 * one name alone.
 */
export function toolNames(
  tools: readonly Tool[],
  sanitise: (name: string) => string = sanitiseName,
): ToolNames {
  const upstream = new Map<string, string>();
  const client = new Map<string, string>();
  const lower = new Map<string, string>();
  const names = [...new Set(tools.map(declaredName))].filter((name) => name !== '').sort();
  const shared = repeated(names.map(sanitise));
  for (const name of names) {
    const base = sanitise(name);
    const chosen = shared.has(base) || client.has(base) ? withHash(name, base, client) : base;
    upstream.set(name, chosen);
    client.set(chosen, name);
    lower.set(chosen.toLowerCase(), name);
  }
  return {
    upstream: (name) => upstream.get(name) ?? sanitise(name),
    // Models change the case of a name now and then.
    client: (name) => client.get(name) ?? lower.get(name.toLowerCase()) ?? name,
  };
}

/** The name under which a tool is known; `''` for those that the upstream does not call. */
export const declaredName = (tool: Tool): string =>
  tool.type === 'builtin' ? '' : qualifiedName(tool.name, tool.namespace);

function repeated(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) twice.add(name);
    seen.add(name);
  }
  return twice;
}

function withHash(name: string, base: string, taken: ReadonlyMap<string, string>): string {
  for (let attempt = 0; ; attempt += 1) {
    const digits = hash('sha256', `${name}\0${String(attempt)}`).slice(0, HASH_DIGITS);
    const candidate = `${base.slice(0, KEPT)}_${digits}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/**
 * Ids of input items as the Codex upstream takes them: a prefix by type, at most 64 characters, no
 * two items with one id (codex.md 1.10). Works on facts alone, so that bodies need not be parsed.
 */
import { createHash } from 'node:crypto';

/** Limit of the upstream, Unicode code points. */
export const MAX_ID_CHARS = 64;

/** Code points that stay in front of a hash. */
const KEPT_CHARS = 47;

/** Bytes of SHA-256 behind the cut. */
const HASH_BYTES = 8;

const PREFIX: Readonly<Record<string, string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctco',
};

/** What matters of one item. */
export interface ItemFacts {
  type: string | undefined;
  /** Undefined: no id, or one that is no string. */
  id: string | undefined;
  /** It carries encrypted content that is not empty. */
  encrypted: boolean;
}

/** What to do with an item: keep it, drop it, or give it another id. */
export type IdPlan = 'keep' | 'drop' | { id: string };

/** The plan of each item, in order. The same items give the same ids, whatever came before. */
export function planItemIds(items: readonly ItemFacts[]): IdPlan[] {
  const wanted = items.map((item) => wantedId(item));
  const owners = new Map<string, string>();
  for (const [place, { id }] of items.entries()) {
    const want = wanted[place];
    if (id !== undefined && want === id && !isTooLong(id)) owners.set(id, id);
  }
  return items.map((item, place) => {
    const want = wanted[place];
    if (item.id === undefined || want === undefined) return 'keep';
    if (item.type === 'reasoning' && item.encrypted && isTooLong(item.id)) return 'drop';
    const source = `${item.id}\0${want}`;
    const id = want === item.id && !isTooLong(want) ? want : freeId(want, source, owners);
    return id === item.id ? 'keep' : { id };
  });
}

function wantedId({ type, id }: ItemFacts): string | undefined {
  const prefix = PREFIX[type ?? ''];
  if (id === undefined || prefix === undefined || id.startsWith(prefix)) return id;
  return `${prefix}_${id}`;
}

/** The wanted id, or its cut form with a hash; what another item owns is never given away. */
function freeId(wanted: string, source: string, owners: Map<string, string>): string {
  let id = isTooLong(wanted) ? hashedId(wanted, 0) : wanted;
  for (let attempt = id === wanted ? 0 : 1; isTaken(id); attempt += 1) {
    id = hashedId(wanted, attempt);
  }
  owners.set(id, source);
  return id;

  function isTaken(candidate: string): boolean {
    const owner = owners.get(candidate);
    return owner !== undefined && owner !== source;
  }
}

function hashedId(id: string, attempt: number): string {
  const text = attempt === 0 ? id : `${id}\0${String(attempt)}`;
  const hash = createHash('sha256').update(text).digest().toString('hex', 0, HASH_BYTES);
  return `${[...id].slice(0, KEPT_CHARS).join('')}_${hash}`;
}

function isTooLong(id: string): boolean {
  return id.length > MAX_ID_CHARS && [...id].length > MAX_ID_CHARS;
}

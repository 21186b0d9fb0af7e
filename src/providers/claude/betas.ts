/**
 * Beta features of Anthropic: SDKs put them into the body, the API takes them as a header
 * (providers.md 7.1, 7.4).
 */
import { arrayOf, stringOf } from '../../canonical/value.ts';
import { closingBrace } from '../../json/closing-brace.ts';
import { applyEdits, ObjectEdits } from '../../json/edits.ts';
import { bufferOf, memberOf, parseValue, scanObject } from '../../json/scan.ts';

/** A body without the member `betas`, and what it asked for. */
export interface TakenBetas {
  body: Uint8Array;
  betas: string[];
}

/** Beta that `speed: "fast"` belongs to. */
export const FAST_MODE = 'fast-mode-2026-02-01';

/** Takes the features out of a body; one that names none is not even scanned. */
export function takeBetas(body: Uint8Array): TakenBetas {
  const bytes = bufferOf(body);
  const named = bytes.includes('"betas"');
  if (!named && !bytes.includes('"speed"')) return { body, betas: [] };
  const members = scanObject(body);
  const valueOf = (key: string): unknown => {
    const member = memberOf(members, key);
    return member === undefined ? undefined : parseValue(body, member);
  };
  const betas = named ? arrayOf(valueOf('betas')).flatMap((name) => stringOf(name) ?? []) : [];
  if (valueOf('speed') === 'fast') betas.push(FAST_MODE);
  const edits = new ObjectEdits(body, members, closingBrace(body));
  edits.remove('betas');
  return { body: applyEdits(body, edits.edits()), betas };
}

/** Value of `anthropic-beta`: every name once, in this order; undefined: none. */
export function betaHeader(lists: readonly (string | undefined)[]): string | undefined {
  const names = lists.flatMap((list) => list?.split(',') ?? []).map((name) => name.trim());
  const unique = [...new Set(names)].filter((name) => name !== '');
  return unique.length === 0 ? undefined : unique.join(',');
}

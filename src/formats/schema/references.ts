/** Passes 1 and 2: local references are put in place, or told about (14.3). */
import { isObject, type JsonObject } from '../../canonical/value.ts';
import { addHint } from './hint.ts';
import { copyOf, eachNode, mapChildren, MAX_SCHEMA_DEPTH } from './nodes.ts';

/** References put in place in one schema; real ones have dozens. Further ones become hints. */
export const MAX_INLINED = 2_000;

/** Characters of all targets put in place in one schema; further references become hints. */
export const MAX_INLINED_CHARS = 1024 * 1024;

/** Members that are left of a target that contains itself; the last, a text, may be large. */
const OF_A_CYCLE = ['type', 'nullable', 'description'];

/** Pass 1. Members beside a reference override those of its target. */
export function inlineReferences(root: JsonObject): JsonObject {
  const original = copyOf(root);
  const lengths = new Map<string, number>();
  const lengthOf = (reference: string, target: JsonObject): number => {
    const length = lengths.get(reference) ?? JSON.stringify(target).length;
    lengths.set(reference, length);
    return length;
  };
  let left = MAX_INLINED;
  let room = MAX_INLINED_CHARS;
  const inline = (node: JsonObject, open: readonly string[], depth: number): JsonObject => {
    const { $ref: reference } = node;
    const target = typeof reference === 'string' ? targetOf(original, reference) : undefined;
    if (typeof reference !== 'string' || target === undefined || depth > MAX_SCHEMA_DEPTH) {
      mapChildren(node, (child) => inline(child, open, depth + 1));
      return node;
    }
    const siblings = { ...node };
    delete siblings.$ref;
    left -= 1;
    room -= lengthOf(reference, target);
    if (left < 0 || room < 0 || open.includes(reference)) {
      const members = room < 0 ? OF_A_CYCLE.slice(0, -1) : OF_A_CYCLE;
      const kept = members.flatMap((key) => (key in target ? [[key, target[key]]] : []));
      const cut: JsonObject = { ...(Object.fromEntries(kept) as JsonObject), ...siblings };
      addHint(cut, `See: ${nameOf(reference)}`);
      return cut;
    }
    return inline({ ...copyOf(target), ...siblings }, [...open, reference], depth + 1);
  };
  return inline(root, [], 0);
}

/** Pass 2 of Antigravity: the key goes, its name stays as a hint. */
export const dropReferences = (root: JsonObject): JsonObject =>
  eachNode(root, (node) => {
    if (typeof node.$ref !== 'string') return undefined;
    addHint(node, `See: ${nameOf(node.$ref)}`);
    delete node.$ref;
    return undefined;
  });

/** Pass 2 of Gemini: an object of unknown members stands for the whole node. */
export const replaceReferences = (root: JsonObject): JsonObject =>
  eachNode(root, ({ $ref: reference, description }) => {
    if (typeof reference !== 'string') return undefined;
    const stand: JsonObject = { type: 'object' };
    if (typeof description === 'string') stand.description = description;
    addHint(stand, `See: ${nameOf(reference)}`);
    return stand;
  });

const nameOf = (reference: string): string => unescaped(reference.split('/').at(-1) ?? reference);

/** The object a local pointer names (RFC 6901); undefined for every other reference. */
export function targetOf(root: JsonObject, reference: string): JsonObject | undefined {
  if (!reference.startsWith('#/')) return undefined;
  let place: unknown = root;
  for (const part of reference.slice(2).split('/').map(unescaped)) {
    if (Array.isArray(place)) place = place[Number(part)];
    else if (isObject(place) && Object.hasOwn(place, part)) place = place[part];
    else return undefined;
  }
  return isObject(place) ? place : undefined;
}

const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

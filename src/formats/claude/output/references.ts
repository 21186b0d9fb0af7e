/** References in schemas for Anthropic, which takes those into definitions, but no circles. */
import { arrayOf, isObject, objectOf, without, type JsonObject } from '../../../canonical/value.ts';
import { eachNode, MAX_SCHEMA_DEPTH } from '../../schema/nodes.ts';
import { dropReferences, inlineReferences } from '../../schema/references.ts';

const PLACES = ['$defs', 'definitions'] as const;

/** What each definition refers to, by its pointer. */
type Definitions = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Leaves references that Anthropic takes. Else all are put in place, circles are cut where they
 * close, and what refers to nothing known is told.
 */
export function settleReferences(root: JsonObject): JsonObject {
  const definitions = definitionsOf(root);
  if (!hasOdd(root, definitions) && !hasCircle(definitions)) return root;
  return without(dropReferences(inlineReferences(root)), ...PLACES);
}

function definitionsOf(root: JsonObject): Definitions {
  const all = PLACES.flatMap((place) =>
    Object.entries(objectOf(root[place])).map(
      ([name, schema]) => [`#/${place}/${name}`, referencesIn(objectOf(schema))] as const,
    ),
  );
  return new Map(all);
}

function referencesIn(schema: JsonObject): ReadonlySet<string> {
  const found = new Set<string>();
  eachNode(schema, ({ $ref: reference }) => {
    if (typeof reference === 'string') found.add(reference);
    return undefined;
  });
  return found;
}

/** References that lead elsewhere, have members beside them, or stand where nodes are merged. */
function hasOdd(root: JsonObject, definitions: Definitions): boolean {
  const odd: JsonObject[] = [];
  eachNode(root, (node) => {
    const { $ref: reference } = node;
    const isAlone = typeof reference === 'string' && Object.keys(node).length === 1;
    const isTaken = reference === undefined || (isAlone && definitions.has(reference));
    if (!isTaken || mergedInto(node).some((one) => '$ref' in objectOf(one))) odd.push(node);
    return undefined;
  });
  return odd.length > 0;
}

const mergedInto = ({ properties, allOf, anyOf, oneOf }: JsonObject): readonly unknown[] =>
  isObject(properties) ? [...arrayOf(allOf), ...arrayOf(anyOf), ...arrayOf(oneOf)] : arrayOf(allOf);

/** Also a chain that is longer than a schema may be deep. */
function hasCircle(definitions: Definitions): boolean {
  const done = new Set<string>();
  const closes = (pointer: string, open: readonly string[]): boolean => {
    if (done.has(pointer)) return false;
    if (open.includes(pointer) || open.length > MAX_SCHEMA_DEPTH) return true;
    const next = [...open, pointer];
    const found = [...(definitions.get(pointer) ?? [])].some((one) => closes(one, next));
    done.add(pointer);
    return found;
  };
  return [...definitions.keys()].some((pointer) => closes(pointer, []));
}

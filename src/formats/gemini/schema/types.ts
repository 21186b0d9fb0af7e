/** Passes 12 and 13: one node has one type (14.3). */
import { arrayOf, isObject, type JsonObject } from '../../../canonical/value.ts';
import { addHint } from '../../schema/hint.ts';

const NULLABLE = '(nullable)';

interface Branch {
  schema: JsonObject;
  rank: number;
  types: string[];
}

/**
 * Pass 12: the branch that says most stands for the whole node. Branches that only narrow a node
 * which has a form of its own (`anyOf: [{required: […]}]`) are dropped; in the reference one of
 * them replaces it, and the tool has no parameters left.
 */
export const flattenUnion =
  (key: 'anyOf' | 'oneOf') =>
  (node: JsonObject): JsonObject | undefined => {
    const branches = arrayOf(node[key]).map(branchOf);
    const [first] = branches;
    if (first === undefined) return undefined;
    const best = branches.reduce((one, other) => (other.rank > one.rank ? other : one), first);
    if (best.rank === 0 && (node.type !== undefined || isObject(node.properties))) {
      delete node[key];
      return undefined;
    }
    const { schema } = best;
    if (branches.some((branch) => branch.schema.type === 'null' && branch !== best)) {
      schema.nullable = true;
    }
    describe(schema, node.description);
    const types = [...new Set(branches.flatMap((branch) => branch.types))];
    if (types.length > 1) addHint(schema, `Accepts: ${types.join(' | ')}`);
    return schema;
  };

function branchOf(value: unknown): Branch {
  const schema = isObject(value) ? value : {};
  const types = typesOf(schema);
  const named = (fallback: string): string[] => (types.length === 0 ? [fallback] : types);
  if (types.includes('object') || 'properties' in schema) {
    return { schema, rank: 3, types: named('object') };
  }
  if (types.includes('array') || 'items' in schema) {
    return { schema, rank: 2, types: named('array') };
  }
  const isTyped = types.some((type) => type !== 'null');
  return { schema, rank: isTyped ? 1 : 0, types };
}

const typesOf = ({ type }: JsonObject): string[] =>
  (Array.isArray(type) ? type : [type]).filter((one): one is string => typeof one === 'string');

function describe(schema: JsonObject, outer: unknown): void {
  if (typeof outer !== 'string' || outer === '') return;
  const { description: inner } = schema;
  const isNew = typeof inner === 'string' && inner !== '' && inner !== outer;
  schema.description = isNew ? `${outer} (${inner})` : outer;
}

/** Pass 13 of Gemini, which knows no null: such a property may be left out instead. */
export function nullableAsOptional(node: JsonObject): undefined {
  if (!isObject(node.properties)) return;
  const optional: unknown[] = [];
  for (const [name, child] of Object.entries(node.properties)) {
    if (!isObject(child) || !Array.isArray(child.type) || !child.type.includes('null')) continue;
    optional.push(name);
    flattenType(child);
    addHint(child, NULLABLE);
  }
  if (optional.length === 0 || !Array.isArray(node.required)) return;
  node.required = node.required.filter((name: unknown) => !optional.includes(name));
}

/** Pass 13 of Antigravity. */
export function nullableAsFlag(node: JsonObject): undefined {
  if (!Array.isArray(node.type)) return;
  const isNullable = node.type.includes('null');
  flattenType(node);
  if (!isNullable) return;
  node.nullable = true;
  addHint(node, NULLABLE);
}

/** The first type stays, all of them are told. */
export function flattenType(node: JsonObject): undefined {
  if (!Array.isArray(node.type)) return;
  const types = typesOf(node).filter((type) => type !== 'null');
  node.type = types[0] ?? 'string';
  if (types.length > 1) addHint(node, `Accepts: ${types.join(' | ')}`);
}

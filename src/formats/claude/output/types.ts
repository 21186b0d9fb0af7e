/** One union or one set of types for each node of a schema for Anthropic. */
import { arrayOf, isObject, objectOf, type JsonObject } from '../../../canonical/value.ts';
import { setMember } from '../../schema/nodes.ts';

/** What may be anything is a scalar: objects must name their properties. */
const ANY: readonly string[] = ['string', 'number', 'boolean', 'null'];

const FORMS = ['type', 'properties', 'items', 'anyOf', 'enum', 'const', '$ref'];

/** Members that belong to one type alone. */
const OF_TYPE: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['object', ['properties', 'required']],
  ['array', ['items', 'minItems']],
]);

/** Does the node allow every value? */
export const isOpen = (node: JsonObject): boolean => FORMS.every((key) => !(key in node));

/**
 * `oneOf` is a union like `anyOf`, which alone is taken; of two the `anyOf` stays. A union beside
 * properties adds its own to them, as ones that may be missing; beside another form it goes.
 */
export function settleUnion(node: JsonObject): undefined {
  const branches = arrayOf(node.anyOf ?? node.oneOf).filter(isObject);
  delete node.oneOf;
  delete node.anyOf;
  if (branches.length === 0) return;
  const { type, ...others } = node;
  if (isOpen(others)) {
    delete node.type;
    const isTyped = type !== undefined;
    node.anyOf = branches.map((one) => (isTyped && isOpen(one) ? { ...one, type } : one));
  } else if (isObject(node.properties)) {
    for (const branch of branches) addMissing(node.properties, objectOf(branch.properties));
  }
}

function addMissing(properties: JsonObject, more: JsonObject): void {
  for (const [name, schema] of Object.entries(more)) {
    if (!Object.hasOwn(properties, name)) setMember(properties, name, schema);
  }
}

/** Null is a type, a member of the enum or a branch; objects and lists among types are branches. */
export function settleType(node: JsonObject): undefined {
  const isNullable = node.nullable === true;
  delete node.nullable;
  if ('$ref' in node) return;
  if (Array.isArray(node.anyOf)) {
    if (isNullable) node.anyOf.push({ type: 'null' });
  } else if ('enum' in node || 'const' in node) {
    if (isNullable) node.enum = [...new Set([...arrayOf(node.enum ?? [node.const]), null])];
    if (isNullable) delete node.const;
    if (isNullable || Array.isArray(node.type) || OF_TYPE.has(node.type)) delete node.type;
  } else setTypes(node, [...new Set([...typesOf(node), ...(isNullable ? ['null'] : [])])]);
  for (const [type, members] of OF_TYPE) {
    if (node.type !== type) for (const key of members) delete node[key];
  }
}

function typesOf({ type, properties, items }: JsonObject): readonly unknown[] {
  if (type !== undefined) return Array.isArray(type) ? type : [type];
  if (properties !== undefined) return ['object'];
  return items === undefined ? ANY : ['array'];
}

function setTypes(node: JsonObject, types: readonly unknown[]): void {
  if (types.length === 1 || !types.some((type) => OF_TYPE.has(type))) {
    node.type = types.length === 1 ? types[0] : types;
    return;
  }
  node.anyOf = types.map((type) => {
    const own = (OF_TYPE.get(type) ?? []).filter((key) => key in node);
    return { type, ...Object.fromEntries(own.map((key) => [key, node[key]])) };
  });
  delete node.type;
}

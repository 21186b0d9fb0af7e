/** Passes 10 and 11: conditions and conjunctions become part of their node (14.3). */
import { arrayOf, isObject, type JsonObject } from '../../canonical/value.ts';
import { isNameMap, setMember } from './nodes.ts';

/** Members of an `allOf` branch that do not count for its parent. */
const NOT_MERGED: ReadonlySet<string> = new Set(['if', 'then', 'else', 'allOf']);

/** Pass 10: properties of both outcomes are possible ones. */
export function mergeConditions(node: JsonObject): undefined {
  for (const branch of [node.then, node.else]) {
    if (!isObject(branch) || !isObject(branch.properties)) continue;
    const own = isObject(node.properties) ? node.properties : {};
    for (const [name, schema] of Object.entries(branch.properties)) {
      if (!Object.hasOwn(own, name)) setMember(own, name, schema);
    }
    node.properties = own;
  }
}

/** Pass 11: branches fill what the parent leaves open. */
export function mergeAll(node: JsonObject): undefined {
  if (!Array.isArray(node.allOf)) return;
  const branches: unknown[] = node.allOf;
  delete node.allOf;
  for (const branch of branches) if (isObject(branch)) fill(node, branch);
}

/** `areNames`: the members are properties and the like, which may be called as they please. */
function fill(target: JsonObject, source: JsonObject, areNames = false): void {
  for (const [key, value] of Object.entries(source)) {
    if (!areNames && NOT_MERGED.has(key)) continue;
    const known = Object.hasOwn(target, key) ? target[key] : undefined;
    if (!areNames && key === 'required' && Array.isArray(value)) {
      target.required = [...new Set([...arrayOf(known), ...(value as unknown[])])];
    } else if (known === undefined) setMember(target, key, value);
    else if (isObject(known) && isObject(value)) fill(known, value, !areNames && isNameMap(key));
  }
}

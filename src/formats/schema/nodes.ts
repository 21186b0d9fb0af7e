/**
 * Walks a JSON schema as schema. What stands under `properties` and its like are names, never
 * keywords, so that a property called `const` or `pattern` is safe in every pass
 * (translate-gemini-thinking.md 14.3; the reference checks this in some passes only).
 */
import { isObject, type JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';

/** Levels of one schema; hand-written ones have a dozen. Deeper ones are `invalid_request`. */
export const MAX_SCHEMA_DEPTH = 200;

/** Keywords whose members are names of schemas. */
const NAME_MAPS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
  'dependencies',
]);

/** Keywords that hold values or remarks, not schemas. */
const VALUES: ReadonlySet<string> = new Set([
  ...['const', 'default', 'enum', 'example', 'examples', 'required', 'dependentRequired'],
  ...['discriminator', 'xml', 'externalDocs', 'enumDescriptions', 'enumTitles'],
]);

/** Are the members of this keyword's value names? */
export const isNameMap = (keyword: string): boolean => NAME_MAPS.has(keyword);

/** Changes one node in place, or returns another in its place. */
export type NodePass = (node: JsonObject, isRoot: boolean) => JsonObject | undefined;

/** A copy that passes may change. @throws SwitchyardError `invalid_request` for a bottomless one. */
export function copyOf<T>(value: T, depth?: number): T;
export function copyOf(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_SCHEMA_DEPTH) {
    const message = `a schema is nested deeper than ${String(MAX_SCHEMA_DEPTH)} levels`;
    throw new SwitchyardError('invalid_request', { message });
  }
  if (Array.isArray(value)) return value.map((member) => copyOf(member as unknown, depth + 1));
  const copy: JsonObject = {};
  for (const [key, member] of Object.entries(value))
    setMember(copy, key, copyOf(member, depth + 1));
  return copy;
}

/** Sets an own member, also one that is called `__proto__`. */
export function setMember(target: JsonObject, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, writable: true });
}

/** Runs a pass over every node, the deepest first. */
export function eachNode(node: JsonObject, pass: NodePass, isRoot = true): JsonObject {
  mapChildren(node, (child) => eachNode(child, pass, false));
  return pass(node, isRoot) ?? node;
}

/** Puts what `change` returns in the place of every schema directly under `node`. */
export function mapChildren(node: JsonObject, change: (child: JsonObject) => JsonObject): void {
  for (const key of Object.keys(node)) {
    const value = node[key];
    if (typeof value !== 'object' || value === null || VALUES.has(key)) continue;
    if (Array.isArray(value)) {
      node[key] = value.map((one) => (isObject(one) ? change(one) : one));
    } else if (NAME_MAPS.has(key)) {
      for (const name of Object.keys(value)) replace(value as JsonObject, name, change);
    } else replace(node, key, change);
  }
}

function replace(holder: JsonObject, key: string, change: (child: JsonObject) => JsonObject): void {
  const child = holder[key];
  if (!isObject(child)) return;
  const changed = change(child);
  if (changed !== child) setMember(holder, key, changed);
}

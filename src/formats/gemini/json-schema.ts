/**
 * Gemini's own schema dialect → JSON Schema: the names of types are in capitals there, some clients
 * use them in real JSON schemas too (clients.md 8.2).
 */
import { isObject, type JsonObject } from '../../canonical/value.ts';

/** Members whose value holds schemas under names that are the client's. */
const NAMED: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
]);

/** Members whose value is data, not a schema. */
const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'example', 'examples']);

/** A copy with type names in lower case; anything that is no object is passed on. */
export function jsonSchemaOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(jsonSchemaOf);
  if (!isObject(schema)) return schema;
  return mapMembers(schema, (key, value) => {
    if (key === 'type') return typeName(value);
    if (DATA.has(key)) return value;
    if (NAMED.has(key) && isObject(value))
      return mapMembers(value, (_, named) => jsonSchemaOf(named));
    return jsonSchemaOf(value);
  });
}

function mapMembers(object: JsonObject, map: (key: string, value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(key, value)]));
}

function typeName(value: unknown): unknown {
  if (typeof value === 'string') return value.toLowerCase();
  return Array.isArray(value) ? value.map(typeName) : value;
}

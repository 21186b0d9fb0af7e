/**
 * Gemini's own schema dialect → JSON Schema. The names of types are in capitals there, some clients
 * use them in real JSON schemas too (clients.md 8.2); counts are texts, because they have 64 bits;
 * null is a member of its own; and members have two spellings (thinking 1.1).
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

const COUNTS: ReadonlySet<string> = new Set([
  ...['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'],
]);

/** Members of the dialect in their other spelling; JSON Schema knows none of these words. */
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  [...COUNTS, 'anyOf', 'propertyOrdering', 'additionalProperties'].map((name) => [
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    name,
  ]),
);

/** A copy in JSON Schema; anything that is no object is passed on. */
export function jsonSchemaOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(jsonSchemaOf);
  if (!isObject(schema)) return schema;
  const mapped = mapMembers(schema, memberOf, (key) => SPELLINGS.get(key) ?? key);
  return 'nullable' in mapped ? withNull(mapped) : mapped;
}

function memberOf(key: string, value: unknown): unknown {
  if (key === 'type') return typeName(value);
  if (DATA.has(key)) return value;
  if (COUNTS.has(key) && typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  if (NAMED.has(key) && isObject(value))
    return mapMembers(value, (_, named) => jsonSchemaOf(named));
  return jsonSchemaOf(value);
}

/** `nullable` as one more type. */
function withNull(schema: JsonObject): JsonObject {
  const { nullable, ...rest } = schema;
  if (nullable !== true) return rest;
  const { type, anyOf, enum: values } = rest;
  if (Array.isArray(values) && !values.includes(null)) rest.enum = [...(values as unknown[]), null];
  if (typeof type === 'string') rest.type = [type, 'null'];
  else if (Array.isArray(anyOf)) rest.anyOf = [...(anyOf as unknown[]), { type: 'null' }];
  return rest;
}

function mapMembers(
  object: JsonObject,
  map: (key: string, value: unknown) => unknown,
  rename: (key: string) => string = (key) => key,
): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([given, value]) => {
      const key = rename(given);
      return [key, map(key, value)];
    }),
  );
}

function typeName(value: unknown): unknown {
  if (typeof value === 'string') return value.toLowerCase();
  return Array.isArray(value) ? value.map(typeName) : value;
}

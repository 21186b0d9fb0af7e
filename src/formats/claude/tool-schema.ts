/** Input schemas in the form Anthropic takes: an object at the root (translate-openai-claude.md 3.11). */
import { arrayOf, isObject, stringOf, type JsonObject } from '../../canonical/value.ts';

/** Words that join schemas; Anthropic refuses them at the root. */
const UNIONS = ['anyOf', 'oneOf', 'allOf'] as const;

/** The schema with an object at its root. Nested schemas are left alone. */
export function inputSchema(schema: unknown): JsonObject {
  if (!isObject(schema)) return { type: 'object', properties: {} };
  const root: JsonObject = { ...schema };
  const properties: JsonObject = { ...(isObject(root.properties) ? root.properties : {}) };
  const required = new Set(namesOf(root.required));
  for (const union of UNIONS) {
    for (const branch of arrayOf(root[union])) {
      if (!isObject(branch) || !mayBeObject(branch.type)) continue;
      if (isObject(branch.properties)) addMissing(properties, branch.properties);
      if (union === 'allOf') for (const name of namesOf(branch.required)) required.add(name);
    }
    delete root[union];
  }
  if (required.size > 0) root.required = [...required];
  return { ...root, type: 'object', properties };
}

function addMissing(properties: JsonObject, more: JsonObject): void {
  for (const [name, schema] of Object.entries(more)) {
    if (!Object.hasOwn(properties, name)) properties[name] = schema;
  }
}

const namesOf = (value: unknown): string[] =>
  arrayOf(value).flatMap((name) => stringOf(name) ?? []);

const mayBeObject = (type: unknown): boolean =>
  type === undefined || type === 'object' || arrayOf(type).includes('object');
